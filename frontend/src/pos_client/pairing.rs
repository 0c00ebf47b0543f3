//! Whether this browser is a device of a restaurant, and how it becomes one and stops being one.

use std::rc::Rc;

use leptos::prelude::WithUntracked;
use servery_app::{
    api,
    pos_client::{PairingState, UnsupportedReason},
};
use servery_domain::{
    device::{Paired, Pairing},
    id::DeviceId,
    problem::{Problem, ProblemType},
};
use wasm_bindgen_futures::spawn_local;

use super::{Tabs, platform, transport::TabMessage};
use crate::{
    http::send,
    json::{json, read},
    local_storage,
};

impl Tabs {
    /// Reads whether this browser is paired.
    pub(super) fn look(self: Rc<Self>) {
        spawn_local(async move {
            let unsupported = platform::unsupported().await;
            let pairing = match self.disk.paired().await {
                Ok(Some((paired, true))) => PairingState::Revoked(Box::new(paired)),
                Ok(Some((paired, false))) => PairingState::Paired(Box::new(paired)),
                Ok(None) => unsupported.map_or(PairingState::Unpaired, PairingState::Impossible),
                Err(_) => PairingState::Impossible(unsupported.unwrap_or(UnsupportedReason::NoStorage)),
            };
            self.stand(pairing);
        });
    }

    /// The device that may read what is stored here and send what it does.
    pub(super) fn working(&self) -> Option<DeviceId> {
        self.pairing.with_untracked(|pairing| match pairing {
            PairingState::Paired(paired) => Some(paired.device),
            _ => None,
        })
    }

    pub(super) fn paired(&self) -> Option<Paired> {
        self.pairing.with_untracked(|pairing| match pairing {
            PairingState::Paired(paired) | PairingState::Revoked(paired) => Some(Paired::clone(paired)),
            PairingState::Unknown | PairingState::Impossible(_) | PairingState::Unpaired => None,
        })
    }

    pub(super) fn revoke(self: Rc<Self>) {
        let Some(paired) = self.paired().map(Box::new) else {
            return;
        };
        spawn_local(async move {
            // After an error the next request gets the same answer.
            if self.disk.revoke().await.is_ok() {
                self.stand(PairingState::Revoked(paired));
                self.set_notifications(&TabMessage::Standing);
            }
        });
    }

    pub(super) async fn pair(self: Rc<Self>, code: String) -> Result<(), Problem> {
        let no_room = |_| Problem::new(ProblemType::Broken, "this device could not keep who it is");
        let known = self.paired().map(|paired| paired.device);
        let device = match known {
            Some(device) => device,
            None => self
                .disk
                .name(DeviceId(local_storage::id()))
                .await
                .map_err(no_room)?,
        };
        let let_in = async |device| {
            send(
                "POST",
                api::DEVICES,
                &json(&Pairing {
                    code: code.clone(),
                    device,
                })?,
                None,
            )
            .await
        };
        let paired: Paired = read(match let_in(device).await {
            // The pairing belongs to another restaurant or kind of device; so do its pending ops.
            Err(problem)
                if problem.is(ProblemType::Conflict)
                    && self.disk.unsent().await.is_ok_and(|count| count == 0) =>
            {
                let_in(DeviceId(local_storage::id())).await?
            }
            answer => answer?,
        })?;
        let kept = if known == Some(paired.device) {
            self.disk.welcome_back(&paired).await
        } else {
            self.disk.adopt(&paired).await
        };
        kept.map_err(no_room)?;
        self.stand(PairingState::Paired(Box::new(paired)));
        self.set_notifications(&TabMessage::Standing);
        Ok(())
    }

    pub(super) async fn sign_out(self: Rc<Self>) {
        if self.paired().is_none() {
            return;
        }
        self.stand(PairingState::Unknown);
        // Offline, the cookie stays, and the server keeps the device until an owner removes it.
        let _ = send("DELETE", api::DEVICE, "", None).await;
        let _ = self.disk.delete().await;
        platform::delete_cached_app().await;
        self.set_notifications(&TabMessage::Standing);
        self.look();
    }
}
