//! Repeat rules.
