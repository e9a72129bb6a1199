//! The server as a client sees it: real sockets, real TLS.

mod net;
