# SPDX-License-Identifier: GPL-3.0-or-later
engine_sources = \
	engine/exponential.h \
	engine/kernel.c engine/kernel.h \
	engine/layers.c engine/layers.h \
	engine/op.h \
	engine/ops.h \
	engine/ops_image.c \
	engine/ops_linear.c \
	engine/ops_pointwise.c \
	engine/ops_shape.c \
	engine/optimizer.c engine/optimizer.h \
	engine/parameters.c engine/parameters.h \
	engine/profile.c engine/profile.h \
	engine/real.h \
	engine/tape.c engine/tape.h

noinst_LIBRARIES += libengine.a
libengine_a_SOURCES = $(engine_sources) \
	engine/kernel_dnnl.c engine/kernel_dnnl.h \
	engine/kernel_fast.c \
	engine/kernel_narrow.c engine/kernel_narrow.h \
	engine/kernel_winograd.c engine/kernel_winograd.h \
	engine/scratch.c engine/scratch.h \
	engine/vector.h \
	engine/winograd_transforms.h
libengine_a_CFLAGS = $(AM_CFLAGS) $(ENGINE_CFLAGS)

# The same engine in double precision on plain loops, for tests that need the digits.
check_LIBRARIES += libengine_double.a
libengine_double_a_SOURCES = $(engine_sources) engine/kernel_reference.c
libengine_double_a_CPPFLAGS = $(AM_CPPFLAGS) -DHAMBENCH_DOUBLE
libengine_double_a_CFLAGS = $(AM_CFLAGS) $(ENGINE_CFLAGS)

# The reference kernels in float32, to hold the fast ones against.
check_LIBRARIES += libkernel_reference.a
libkernel_reference_a_SOURCES = engine/kernel_reference.c
libkernel_reference_a_CPPFLAGS = $(AM_CPPFLAGS) \
	-Dkernel_matmul=reference_matmul \
	-Dkernel_convolution_forward=reference_convolution_forward \
	-Dkernel_convolution_backward_data=reference_convolution_backward_data \
	-Dkernel_convolution_backward_weights=reference_convolution_backward_weights \
	-Dkernel_chain_layout=reference_chain_layout \
	-Dkernel_has_half=reference_has_half

# Our kernels as a processor without AVX-512 runs them.
check_LIBRARIES += libkernel_short.a
libkernel_short_a_SOURCES = engine/kernel_narrow.c engine/kernel_winograd.c
libkernel_short_a_CFLAGS = $(AM_CFLAGS) $(ENGINE_CFLAGS)
libkernel_short_a_CPPFLAGS = $(AM_CPPFLAGS) -DSHORT_VECTORS \
	-Dkernel_narrow_fits=short_narrow_fits \
	-Dkernel_narrow_forward=short_narrow_forward \
	-Dkernel_narrow_backward_data=short_narrow_backward_data \
	-Dkernel_narrow_backward_weights=short_narrow_backward_weights \
	-Dkernel_winograd_fits=short_winograd_fits \
	-Dkernel_winograd_forward=short_winograd_forward \
	-Dkernel_winograd_backward_data=short_winograd_backward_data \
	-Dkernel_winograd_backward_weights=short_winograd_backward_weights

engine_libs = libengine.a libsupport.a $(DNNL_LIBS)

check_PROGRAMS += tests/test_gradients
tests_test_gradients_SOURCES = tests/test_gradients.c tests/gradcheck.h
tests_test_gradients_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) -DHAMBENCH_DOUBLE
tests_test_gradients_LDADD = libharness.a libengine_double.a libsupport.a $(CUNIT_LIBS) -lm

check_PROGRAMS += tests/test_engine
tests_test_engine_SOURCES = tests/test_engine.c
tests_test_engine_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_engine_LDADD = libharness.a libkernel_reference.a libkernel_short.a $(engine_libs) $(CUNIT_LIBS) -lm
