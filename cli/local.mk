# SPDX-License-Identifier: GPL-3.0-or-later
bin_PROGRAMS += hambench
hambench_CPPFLAGS = $(AM_CPPFLAGS) -DPKGDATADIR='"$(pkgdatadir)"'
hambench_SOURCES = \
	cli/arguments.c cli/arguments.h \
	cli/cmd_bench.c \
	cli/cmd_compare_integrators.c \
	cli/cmd_diagnose.c \
	cli/cmd_evaluate.c \
	cli/cmd_export.c \
	cli/cmd_floor.c \
	cli/cmd_generate.c \
	cli/cmd_integrate.c \
	cli/cmd_list.c \
	cli/cmd_lyapunov.c \
	cli/cmd_rollout.c \
	cli/cmd_run.c \
	cli/cmd_show.c \
	cli/cmd_train.c \
	cli/cmd_verify.c \
	cli/cmd_verify_integrators.c \
	cli/commands.c cli/commands.h \
	cli/main.c
hambench_LDADD = libbench.a librollouts.a libdiagnosis.a $(comparison_libs)

SHELL_TESTS += \
	tests/rebuild_model.sh \
	tests/rebuild_model_torch.sh \
	tests/cli_rollout.sh \
	tests/cli_models.sh \
	tests/cli_help.sh \
	tests/cli_hostile.sh \
	tests/cli_bad_input.sh \
	tests/cli_contract.sh \
	tests/cli_generate.sh \
	tests/cli_datasets.sh \
	tests/cli_evaluation.sh \
	tests/cli_experiment.sh \
	tests/cli_table.sh \
	tests/table_smoke.sh \
	tests/cli_bench.sh \
	tests/cli_integrate.sh \
	tests/cli_lyapunov.sh \
	tests/cli_floor.sh \
	tests/cli_diagnose.sh \
	tests/cli_interrupt.sh \
	tests/cli_processes.sh \
	tests/cli_kernels.sh \
	tests/cli_compare_integrators.sh
EXTRA_DIST += tests/cli.sh $(SHELL_TESTS)
