// SPDX-License-Identifier: Apache-2.0

//! Stands empty for the moment.
