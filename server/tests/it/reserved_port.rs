//! A port for a program that a test starts.

use tokio::net::TcpSocket;

/// A socket that is bound and does not listen: the system gives its port to nobody who asks for any port, and a program that names the port
/// can listen there.
pub struct ReservedPort(TcpSocket);

impl ReservedPort {
    pub fn new() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        Self(socket)
    }

    pub fn number(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }
}
