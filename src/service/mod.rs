//! ALL I/O: files, sockets, the clock, signals.

