/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Prints the bits of some values of the mathematical library: whether they are others shows whether a change
 * of the environment made it take other instructions.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    uint64_t sum = 0;
    for (int i = 1; i < 100000; i++) {
        double x = i * 0.000731, value[] = {sin(x), cos(x), exp(-x), log(x), pow(x, 0.75)};
        for (size_t k = 0; k < sizeof value / sizeof *value; k++) {
            uint64_t bits;
            memcpy(&bits, &value[k], sizeof bits);
            sum = sum * 1000003 + bits;
        }
    }
    (void)printf("%016llx\n", (unsigned long long)sum);
    return 0;
}
