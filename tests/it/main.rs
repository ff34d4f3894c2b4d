//! One integration-test binary; each module tests one boundary.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod addresses;
mod architecture;
mod bad_input;
mod body;
mod catalog;
mod collections;
mod commands;
mod configuration;
mod dates;
mod defaults;
mod encodings;
mod entries;
mod faults;
mod fuzz;
mod golden;
mod hostile;
mod http;
mod identity;
mod invariants;
mod keys;
mod making;
mod names;
mod oddities;
mod pages;
mod properties;
mod reach;
mod review;
mod service;
mod sources;
mod switches;
mod syntax;
mod untrusted;
mod validity;
