/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "problems/gsl_elliptic.h"

#include <gsl/gsl_sf_ellint.h>
#include <gsl/gsl_sf_elljac.h>
#include <math.h>

double gsl_elliptic_quarter(double modulus) {
    return gsl_sf_ellint_Kcomp(modulus, GSL_PREC_DOUBLE);
}

double gsl_elliptic_argument(double sine, double modulus) {
    return gsl_sf_ellint_F(asin(sine), modulus, GSL_PREC_DOUBLE);
}

void gsl_elliptic_functions(double argument, double modulus, double *sn, double *cn) {
    double dn;
    (void)gsl_sf_elljac_e(argument, modulus * modulus, sn, cn, &dn);
}
