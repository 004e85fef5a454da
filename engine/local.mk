# SPDX-License-Identifier: GPL-3.0-or-later
engine_sources = \
	engine/activation.c engine/activation.h \
	engine/kernel.c engine/kernel.h \
	engine/kernels.c engine/kernels.h \
	engine/layers.c engine/layers.h \
	engine/op.h \
	engine/ops.h \
	engine/ops_image.c \
	engine/ops_linear.c \
	engine/ops_matrix.c \
	engine/ops_pointwise.c \
	engine/ops_shape.c \
	engine/ops_triangle.c \
	engine/optimizer.c engine/optimizer.h \
	engine/parameters.c engine/parameters.h \
	engine/profile.c engine/profile.h \
	engine/real.h \
	engine/tape.c engine/tape.h
reference_sources = \
	engine/exponential.h \
	engine/kernel_loops.c \
	engine/kernel_reference.c
kernels_sources = \
	engine/exponential.h \
	engine/kernel_direct.c engine/kernel_direct.h \
	engine/kernel_loops.c \
	engine/kernel_narrow.c engine/kernel_narrow.h \
	engine/kernel_winograd.c engine/kernel_winograd.h \
	engine/kernels_fast.c \
	engine/vector.h \
	engine/winograd_transforms.h

# The tables of kernels (engine/kernels.h): the same files, compiled for one generation of processors each.
# Outside, only the constants are seen that carry the table's name. What kernels.c asks the processor for are
# the instructions that are allowed here.
EXTRA_LIBRARIES = libkernels_reference.a libkernels_portable.a libkernels_avx2.a libkernels_avx512.a
libkernels_reference_a_SOURCES = $(reference_sources)
libkernels_reference_a_CPPFLAGS = $(AM_CPPFLAGS) -DKERNELS=reference
libkernels_reference_a_CFLAGS = $(AM_CFLAGS) $(ENGINE_CFLAGS)
libkernels_portable_a_SOURCES = $(kernels_sources)
libkernels_portable_a_CPPFLAGS = $(AM_CPPFLAGS) -DKERNELS=portable
libkernels_portable_a_CFLAGS = $(AM_CFLAGS) $(ENGINE_CFLAGS)
libkernels_avx2_a_SOURCES = $(kernels_sources)
libkernels_avx2_a_CPPFLAGS = $(AM_CPPFLAGS) -DKERNELS=avx2
libkernels_avx2_a_CFLAGS = $(AM_CFLAGS) $(ENGINE_CFLAGS) -mavx2 -mfma
libkernels_avx512_a_SOURCES = $(kernels_sources)
libkernels_avx512_a_CPPFLAGS = $(AM_CPPFLAGS) -DKERNELS=avx512
libkernels_avx512_a_CFLAGS = $(AM_CFLAGS) $(ENGINE_CFLAGS) -mavx2 -mfma \
	-mavx512f -mavx512bw -mavx512dq -mavx512vl

noinst_LIBRARIES += libengine.a
libengine_a_SOURCES = $(engine_sources) \
	engine/kernel_dnnl.c engine/kernel_dnnl.h \
	engine/kernel_dnnl_version.h \
	engine/scratch.c engine/scratch.h
libengine_a_CFLAGS = $(AM_CFLAGS) $(ENGINE_CFLAGS)
libengine_a_LIBADD = $(libkernels_reference_a_OBJECTS) $(libkernels_portable_a_OBJECTS)
if X86_64
libengine_a_LIBADD += $(libkernels_avx2_a_OBJECTS) $(libkernels_avx512_a_OBJECTS)
endif
# Automake doesn't see that these are made here.
libengine_a_DEPENDENCIES = $(libengine_a_LIBADD)

# The same engine in double precision on plain loops, for tests that need the digits.
check_LIBRARIES += libengine_double.a
libengine_double_a_SOURCES = $(engine_sources) $(reference_sources)
libengine_double_a_CPPFLAGS = $(AM_CPPFLAGS) -DHAMBENCH_DOUBLE -DKERNELS=reference
libengine_double_a_CFLAGS = $(AM_CFLAGS) $(ENGINE_CFLAGS)

engine_libs = libengine.a libsupport.a $(DNNL_LIBS)

check_PROGRAMS += tests/test_gradients
tests_test_gradients_SOURCES = tests/test_gradients.c tests/gradcheck.h
tests_test_gradients_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) -DHAMBENCH_DOUBLE
tests_test_gradients_LDADD = libharness.a libengine_double.a libsupport.a $(CUNIT_LIBS) -lm

check_PROGRAMS += tests/test_engine
tests_test_engine_SOURCES = tests/test_engine.c
tests_test_engine_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_engine_LDADD = libharness.a $(engine_libs) $(CUNIT_LIBS) -lm
