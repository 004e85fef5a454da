/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What differs between oneDNN 2.6 and 3, for kernel_dnnl.c. Version 3 did away with operation descriptors,
 * made memory descriptors objects that are created and destroyed, and has one parameter less for the
 * activation behind an operation.
 */
#ifndef HAMBENCH_ENGINE_KERNEL_DNNL_VERSION_H
#define HAMBENCH_ENGINE_KERNEL_DNNL_VERSION_H

#include <dnnl.h>

/* A convolution as the library describes it; without a bias where that is NULL. */
struct kernel_dnnl_convolution {
    dnnl_dims_t strides, low, high; /* low, high: zeros before and behind the image */
    const dnnl_memory_desc_t *in, *out, *weights, *bias;
};

#if DNNL_VERSION_MAJOR >= 3

static inline const_dnnl_memory_desc_t kernel_dnnl_view(const dnnl_memory_desc_t *description) {
    return *description;
}

static inline dnnl_status_t kernel_dnnl_describe(dnnl_memory_desc_t *out, int rank, const dnnl_dims_t dims,
                                                 dnnl_data_type_t type, dnnl_format_tag_t tag) {
    return dnnl_memory_desc_create_with_tag(out, rank, dims, type, tag);
}

static inline dnnl_status_t kernel_dnnl_forget(dnnl_memory_desc_t *description) {
    return dnnl_memory_desc_destroy(*description);
}

static inline dnnl_status_t kernel_dnnl_append_relu(dnnl_post_ops_t post, float slope) {
    return dnnl_post_ops_append_eltwise(post, dnnl_eltwise_relu, slope, 0.0F);
}

static const dnnl_dims_t kernel_dnnl_dense = {0, 0}; /* no gaps between the taps of a kernel */

static inline dnnl_status_t kernel_dnnl_create_forward(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                                                       const struct kernel_dnnl_convolution *c,
                                                       dnnl_primitive_attr_t attributes) {
    return dnnl_convolution_forward_primitive_desc_create(
        out, engine, dnnl_forward_training, dnnl_convolution_direct, *c->in, *c->weights,
        c->bias == NULL ? NULL : *c->bias, *c->out, c->strides, kernel_dnnl_dense, c->low, c->high,
        attributes);
}

static inline dnnl_status_t kernel_dnnl_create_backward_data(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                                                             const struct kernel_dnnl_convolution *c,
                                                             dnnl_primitive_desc_t hint) {
    return dnnl_convolution_backward_data_primitive_desc_create(
        out, engine, dnnl_convolution_direct, *c->in, *c->weights, *c->out, c->strides, kernel_dnnl_dense,
        c->low, c->high, hint, NULL);
}

static inline dnnl_status_t kernel_dnnl_create_backward_weights(dnnl_primitive_desc_t *out,
                                                                dnnl_engine_t engine,
                                                                const struct kernel_dnnl_convolution *c,
                                                                dnnl_primitive_desc_t hint) {
    return dnnl_convolution_backward_weights_primitive_desc_create(
        out, engine, dnnl_convolution_direct, *c->in, *c->weights, NULL, *c->out, c->strides,
        kernel_dnnl_dense, c->low, c->high, hint, NULL);
}

#else

typedef const dnnl_memory_desc_t *const_dnnl_memory_desc_t;

static inline const_dnnl_memory_desc_t kernel_dnnl_view(const dnnl_memory_desc_t *description) {
    return description;
}

static inline dnnl_status_t kernel_dnnl_describe(dnnl_memory_desc_t *out, int rank, const dnnl_dims_t dims,
                                                 dnnl_data_type_t type, dnnl_format_tag_t tag) {
    return dnnl_memory_desc_init_by_tag(out, rank, dims, type, tag);
}

static inline dnnl_status_t kernel_dnnl_forget(dnnl_memory_desc_t *description) {
    (void)description;
    return dnnl_success;
}

static inline dnnl_status_t kernel_dnnl_append_relu(dnnl_post_ops_t post, float slope) {
    return dnnl_post_ops_append_eltwise(post, 1.0F, dnnl_eltwise_relu, slope, 0.0F);
}

static inline dnnl_status_t kernel_dnnl_create_forward(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                                                       const struct kernel_dnnl_convolution *c,
                                                       dnnl_primitive_attr_t attributes) {
    dnnl_convolution_desc_t description;
    dnnl_status_t status =
        dnnl_convolution_forward_desc_init(&description, dnnl_forward_training, dnnl_convolution_direct,
                                           c->in, c->weights, c->bias, c->out, c->strides, c->low, c->high);
    return status != dnnl_success ? status
                                  : dnnl_primitive_desc_create(out, &description, attributes, engine, NULL);
}

static inline dnnl_status_t kernel_dnnl_create_backward_data(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                                                             const struct kernel_dnnl_convolution *c,
                                                             dnnl_primitive_desc_t hint) {
    dnnl_convolution_desc_t description;
    dnnl_status_t status = dnnl_convolution_backward_data_desc_init(
        &description, dnnl_convolution_direct, c->in, c->weights, c->out, c->strides, c->low, c->high);
    return status != dnnl_success ? status
                                  : dnnl_primitive_desc_create(out, &description, NULL, engine, hint);
}

static inline dnnl_status_t kernel_dnnl_create_backward_weights(dnnl_primitive_desc_t *out,
                                                                dnnl_engine_t engine,
                                                                const struct kernel_dnnl_convolution *c,
                                                                dnnl_primitive_desc_t hint) {
    dnnl_convolution_desc_t description;
    dnnl_status_t status = dnnl_convolution_backward_weights_desc_init(
        &description, dnnl_convolution_direct, c->in, c->weights, NULL, c->out, c->strides, c->low, c->high);
    return status != dnnl_success ? status
                                  : dnnl_primitive_desc_create(out, &description, NULL, engine, hint);
}

#endif
#endif
