# SPDX-License-Identifier: Apache-2.0
"""Runs the Terraform CLI out of its shared library, as if it were the executable.

The process becomes Terraform: standard streams, environment, process id, signals and exit status are its own.
"""

import ctypes
import os
import signal
import sys

# Python ignores SIGPIPE and turns SIGINT into an exception. Terraform installs its own handlers, and the providers that
# it starts inherit whatever is ignored here, so both go back to what a freshly executed program has.
signal.signal(signal.SIGINT, signal.SIG_DFL)
signal.signal(signal.SIGPIPE, signal.SIG_DFL)

library, *arguments = sys.argv[1:]
run_cli = ctypes.CDLL(library).RunCli
run_cli.argtypes = [ctypes.c_int64, ctypes.POINTER(ctypes.c_char_p), ctypes.c_int64, ctypes.c_int64]
run_cli.restype = ctypes.c_int

argv = (ctypes.c_char_p * len(arguments))(*map(os.fsencode, arguments))
os._exit(run_cli(len(arguments), argv, 1, 2))
