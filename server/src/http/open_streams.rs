//! Event streams stay open for as long as their client likes, so their number is limited: per client and per order.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use servery_domain::{id::OrderId, problem::ProblemType};

use crate::http::{client::Client, error::ApiError};

/// Many diners of a mobile network, and all devices of a restaurant, share one address.
const PER_CLIENT: usize = 200;
const PER_ORDER: usize = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Owner {
    Client(IpAddr),
    Order(OrderId),
}

#[derive(Default)]
pub struct OpenStreams(Mutex<HashMap<Owner, usize>>);

impl OpenStreams {
    fn open(&self) -> MutexGuard<'_, HashMap<Owner, usize>> {
        // No code under this lock panics.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A stream of this client, or refuses. It counts until the returned value is dropped.
    pub fn of_client(self: &Arc<Self>, client: &Client) -> Result<OpenStream, ApiError> {
        let mut stream = OpenStream {
            all: self.clone(),
            owners: Vec::with_capacity(2),
        };
        // Loopback is the operator, or a proxy that does not forward addresses.
        if !client.address.is_loopback() {
            stream.count_for(Owner::Client(client.address), PER_CLIENT)?;
        }
        Ok(stream)
    }

    pub fn of_order(self: &Arc<Self>, client: &Client, order: OrderId) -> Result<OpenStream, ApiError> {
        let mut stream = self.of_client(client)?;
        stream.count_for(Owner::Order(order), PER_ORDER)?;
        Ok(stream)
    }
}

/// An open stream, as its owners count it.
pub struct OpenStream {
    all: Arc<OpenStreams>,
    owners: Vec<Owner>,
}

impl OpenStream {
    fn count_for(&mut self, owner: Owner, most: usize) -> Result<(), ApiError> {
        let mut open = self.all.open();
        let count = open.entry(owner).or_default();
        if *count >= most {
            return Err(ApiError::new(
                ProblemType::Unavailable,
                format!("{most} event streams at once are the most"),
            ));
        }
        *count += 1;
        drop(open);
        self.owners.push(owner);
        Ok(())
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let mut open = self.all.open();
        for owner in &self.owners {
            if let Some(count) = open.get_mut(owner) {
                *count -= 1;
                if *count == 0 {
                    open.remove(owner);
                }
            }
        }
    }
}
