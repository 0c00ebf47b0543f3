//! Tells a client how it is seen. `servery doctor` finds out with it whether the proxy in front is set up as the settings say.

use std::{net::IpAddr, sync::Arc};

use axum::{
    Json,
    extract::State,
    http::{
        HeaderMap,
        header::{CACHE_CONTROL, HeaderName},
    },
};
use serde::{Deserialize, Serialize};

use crate::{
    http::{
        client::{Client, PeerAddress},
        proxy_headers::forwarded,
    },
    state::AppState,
};

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhoAmI {
    /// As rate limits count it.
    pub address: IpAddr,
    /// Whether that is where the connection comes from.
    pub is_peer: bool,
    /// The server's setting.
    pub behind_proxy: bool,
    /// The names of what a proxy has said.
    pub forwarded: Vec<String>,
}

pub async fn whoami(
    State(app): State<Arc<AppState>>,
    peer: Option<axum::Extension<PeerAddress>>,
    client: Client,
    headers: HeaderMap,
) -> ([(HeaderName, &'static str); 1], Json<WhoAmI>) {
    let peer = Client::of_request(peer.map(|peer| peer.0), &HeaderMap::new(), false);
    let seen = WhoAmI {
        address: client.address,
        is_peer: client.address == peer.address,
        behind_proxy: app.settings.behind_proxy(),
        forwarded: forwarded(&headers).map(str::to_owned).collect(),
    };
    ([(CACHE_CONTROL, "no-store")], Json(seen))
}
