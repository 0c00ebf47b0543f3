//! Ports of this machine that nobody listens on.

use std::net::TcpListener;

use crate::failure::{Explain, Result};

pub fn free_port() -> Result<u16> {
    let [port] = free_ports()?;
    Ok(port)
}

/// All of them are held until the last is found, so that none is there twice.
pub fn free_ports<const COUNT: usize>() -> Result<[u16; COUNT]> {
    let mut held = Vec::new();
    let mut ports = [0; COUNT];
    for port in &mut ports {
        let listener = TcpListener::bind(("127.0.0.1", 0)).explain("no port is free")?;
        *port = listener.local_addr().explain("no port is free")?.port();
        held.push(listener);
    }
    Ok(ports)
}
