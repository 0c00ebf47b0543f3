//! `servery staff`: who works where. Made at a terminal, because the first owner has nobody to ask.

use std::io::Read;

use clap::{Subcommand, ValueEnum};
use servery_domain::{
    account::{Account, Password, Role},
    audit::Author,
    contact::check_email,
    device::{DeviceKind, NewDevice, PairingCode},
    id::AccountId,
    lang::Lang,
    restaurant::Restaurant,
    slug::Slug,
};
use servery_store::{
    Store,
    accounts::{AccountRoles, RoleOutcome, StoredAccount},
};

use super::error::CliError;
use crate::{accounts::passwords::Passwords, clock, http::visitor, sync::devices};

#[derive(Debug, Clone, Copy)]
pub struct RoleName(Role);

impl ValueEnum for RoleName {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self(Role::Owner),
            Self(Role::Manager),
            Self(Role::Cashier),
            Self(Role::Kitchen),
            Self(Role::Courier),
        ]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.code()))
    }
}

#[derive(Debug, Clone, Copy)]
pub struct KindName(DeviceKind);

impl ValueEnum for KindName {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self(DeviceKind::Till),
            Self(DeviceKind::Kitchen),
            Self(DeviceKind::Courier),
        ]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.code()))
    }
}

#[derive(Subcommand)]
pub enum StaffCommand {
    /// Give a person a role in a restaurant. Creates an account if there is none, and prints its password
    Add {
        email: String,
        /// The restaurant's slug
        #[arg(long)]
        restaurant: String,
        #[arg(long, value_enum)]
        role: RoleName,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
        /// Keep the password, sessions and passkeys of an existing account: you know whose it is
        #[arg(long, conflicts_with = "password_stdin")]
        keep: bool,
    },
    /// Make a code that pairs a device: a till, a kitchen screen, a courier's phone
    Pair {
        /// The restaurant's slug
        #[arg(long)]
        restaurant: String,
        #[arg(long, value_enum)]
        kind: KindName,
        /// What the device is called, such as "Bar till"
        #[arg(long)]
        name: String,
    },
    /// Everybody who works here
    List,
    /// End all sessions of an account, such as after a laptop was lost. Password and passkeys stay
    SignOut { email: String },
    /// Take a role back; the account stays
    Remove {
        email: String,
        #[arg(long)]
        restaurant: String,
    },
}

/// What to tell the person at the terminal.
pub async fn run(store: &dyn Store, command: &StaffCommand) -> Result<String, CliError> {
    match command {
        StaffCommand::List => list(store).await,
        StaffCommand::Add {
            email,
            restaurant,
            role,
            password_stdin,
            keep,
        } => {
            let restaurant = restaurant_called(store, restaurant).await?;
            let password = password_stdin.then(read_password).transpose()?;
            let (account, told) = account_of(store, email, password, *keep).await?;
            store
                .put_staff(account, restaurant.id, role.0, (Author::Operator, clock::now()))
                .await?;
            Ok(format!(
                "{email} is {} at {}\n{told}",
                role.0.code(),
                restaurant.name
            ))
        }
        StaffCommand::SignOut { email } => {
            store.end_sessions(account_called(store, email).await?).await?;
            Ok(format!("{email} is signed out everywhere"))
        }
        StaffCommand::Pair {
            restaurant,
            kind,
            name,
        } => {
            let restaurant = restaurant_called(store, restaurant).await?;
            pair(
                store,
                &restaurant,
                NewDevice {
                    name: name.clone(),
                    kind: kind.0,
                },
            )
            .await
        }
        StaffCommand::Remove { email, restaurant } => {
            let restaurant = restaurant_called(store, restaurant).await?;
            let account = account_called(store, email).await?;
            remove(store, (account, email), &restaurant).await
        }
    }
}

async fn remove(
    store: &dyn Store,
    (account, email): (AccountId, &str),
    restaurant: &Restaurant,
) -> Result<String, CliError> {
    let roles = store.account_roles(account).await?.staff;
    let role = roles.into_iter().find(|(of, _)| *of == restaurant.id);
    let name = &restaurant.name;
    let not_there = || format!("{email} does not work at {name}");
    let (_, role) = role.ok_or_else(not_there)?;
    let by = (Author::Operator, clock::now());
    match store
        .change_role(account, restaurant.id, (role, None), by)
        .await?
    {
        RoleOutcome::Changed => Ok(format!("{email} no longer works at {name}")),
        RoleOutcome::NotInRole | RoleOutcome::NotAllowed => Err(not_there().into()),
        RoleOutcome::LastOwner => {
            Err(format!("{email} is the only owner of {name}: add another first").into())
        }
    }
}

/// Makes a pairing code, and says how to use it.
pub async fn pair(store: &dyn Store, restaurant: &Restaurant, new: NewDevice) -> Result<String, CliError> {
    new.check()?;
    let PairingCode { code, name, kind, .. } =
        devices::new_code(store, restaurant.id, new, (Author::Operator, clock::now())).await?;
    Ok(format!(
        "open /staff/{} on the device and type {code} there, within ten minutes\nit is then '{name}', a {} of {}",
        restaurant.slug,
        kind.code(),
        restaurant.name
    ))
}

async fn restaurant_called(store: &dyn Store, slug: &str) -> Result<Restaurant, CliError> {
    let missing = || format!("no restaurant is called '{slug}'");
    let slug: Slug = slug.parse().map_err(|_| missing())?;
    let restaurant = store.restaurant_by_slug(&slug).await?.ok_or_else(missing)?;
    let stored = store.listings(&[restaurant]).await?.pop();
    Ok(stored.ok_or_else(missing)?.restaurant)
}

async fn account_called(store: &dyn Store, email: &str) -> Result<AccountId, CliError> {
    let known = store.account_by_email(email).await?;
    let known = known.ok_or_else(|| format!("{email} has no account"))?;
    Ok(known.account.id)
}

/// One line, without its end.
fn read_password() -> Result<Password, CliError> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let password = Password(text.lines().next().unwrap_or_default().to_owned());
    password.check()?;
    Ok(password)
}

/// The account of this address, made if need be, and what became of its password. An account that has no role yet may be a
/// stranger's, who registered the address first: it gets a new password, and nobody stays signed in.
async fn account_of(
    store: &dyn Store,
    email: &str,
    password: Option<Password>,
    keep: bool,
) -> Result<(AccountId, String), CliError> {
    let known = store.account_by_email(email).await?.map(|known| known.account);
    let works_already = match &known {
        Some(account) => store.account_roles(account.id).await? != AccountRoles::default(),
        None => false,
    };
    let given = password.is_some();
    let password = match (&known, password) {
        (Some(account), None) if keep || works_already => {
            if account.verified_at.is_none() {
                return Err(format!("{email} has not confirmed the address; leave out --keep").into());
            }
            return Ok((account.id, "they sign in as before".into()));
        }
        (_, Some(password)) => password,
        (_, None) => generated()?,
    };
    let hashed = hash(&password, email).await?;
    let account = match &known {
        Some(account) => {
            store.secure_account(account.id, &hashed, clock::now()).await?;
            account.id
        }
        None => add_account(store, email, &hashed).await?,
    };
    let told = match given {
        true => "the password is the one you gave".to_owned(),
        false => format!("the password is {}", password.0),
    };
    Ok((account, told))
}

pub async fn hash(password: &Password, email: &str) -> Result<String, CliError> {
    Ok(Passwords::default()
        .hash(password, email)
        .await
        .map_err(|error| error.0)?)
}

/// Whoever runs the installation vouches for the address.
pub async fn add_account(store: &dyn Store, email: &str, hash: &str) -> Result<AccountId, CliError> {
    check_email(email)?;
    let now = clock::now();
    let id = AccountId(visitor::random()?);
    let (email, name) = (email.to_owned(), String::new());
    let account = Account {
        id,
        email,
        name,
        lang: Lang::default(),
        verified_at: Some(now),
        addresses: Vec::new(),
        created_at: now,
    };
    store
        .add_account(
            &StoredAccount {
                account,
                password: Some(hash.to_owned()),
            },
            None,
        )
        .await?;
    Ok(id)
}

/// A hundred bits, in letters that are read aloud without mistake.
pub fn generated() -> Result<Password, getrandom::Error> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let dice = visitor::random()?;
    let letter = |at: u32| char::from(LETTERS[(dice >> (5 * at)) as usize % LETTERS.len()]);
    let groups = (0..5).map(|group| (0..4).map(|at| letter(group * 4 + at)).collect::<String>());
    Ok(Password(groups.collect::<Vec<_>>().join("-")))
}

async fn list(store: &dyn Store) -> Result<String, CliError> {
    let restaurants = store.restaurants().await?;
    let slug = |id| {
        restaurants
            .iter()
            .find(|restaurant| restaurant.id == id)
            .map_or("?", |restaurant| restaurant.slug.as_str())
    };
    let staff = store.role_holders().await?;
    let rows = staff.iter().map(|member| {
        format!(
            "{:<40} {:<8} {}\n",
            slug(member.restaurant),
            member.role.code(),
            member.email
        )
    });
    let table: String = rows.collect();
    Ok(if table.is_empty() {
        "nobody works here; 'servery staff add' changes that".into()
    } else {
        table
    })
}

#[cfg(test)]
mod tests {
    use servery_domain::{
        device::{StorageKey, parse_code},
        id::DeviceId,
        time::Timestamp,
    };
    use servery_store::{accounts::Session, devices::PairedAs, passkeys::Passkey};

    use super::*;
    use crate::{accounts::sessions, cli::demo};

    async fn store(folder: &tempfile::TempDir) -> std::sync::Arc<dyn Store> {
        let store = servery_store::connect(&format!("sqlite:{}", folder.path().join("staff.db").display()))
            .await
            .unwrap();
        store.migrate().await.unwrap();
        demo::fill(store.as_ref(), &demo::catalog().unwrap()[3..4])
            .await
            .unwrap();
        store
    }

    fn session(key: &str, account: AccountId) -> Session {
        Session {
            key: key.into(),
            account,
            created_at: clock::now(),
            seen_at: clock::now(),
            expires_at: Timestamp(clock::now().0 + 60),
        }
    }

    fn add(email: &str, restaurant: &str) -> StaffCommand {
        let role = RoleName(Role::Kitchen);
        StaffCommand::Add {
            email: email.into(),
            restaurant: restaurant.into(),
            role,
            password_stdin: false,
            keep: false,
        }
    }

    #[tokio::test]
    async fn somebody_is_added_listed_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let told = run(store.as_ref(), &add("cook@example.org", "lighthouse-diner"))
            .await
            .unwrap();
        let password = Password(told.split("the password is ").nth(1).unwrap().to_owned());
        let known = store.account_by_email("cook@example.org").await.unwrap().unwrap();
        assert!(
            Passwords::default()
                .verify(&password, known.password)
                .await
                .unwrap(),
            "{told}"
        );
        assert!(known.account.verified_at.is_some());
        let again = run(store.as_ref(), &add("Cook@example.org", "lighthouse-diner"))
            .await
            .unwrap();
        assert!(again.contains("as before"), "{again}");
        let listing = run(store.as_ref(), &StaffCommand::List).await.unwrap();
        assert_eq!(
            listing.split_whitespace().collect::<Vec<_>>(),
            ["lighthouse-diner", "kitchen", "cook@example.org"]
        );
        let remove = StaffCommand::Remove {
            email: "cook@example.org".into(),
            restaurant: "lighthouse-diner".into(),
        };
        run(store.as_ref(), &remove).await.unwrap();
        assert!(
            run(store.as_ref(), &remove)
                .await
                .unwrap_err()
                .to_string()
                .contains("does not work")
        );
        assert!(
            run(store.as_ref(), &StaffCommand::List)
                .await
                .unwrap()
                .starts_with("nobody")
        );
    }

    #[tokio::test]
    async fn an_operator_ends_all_sessions_of_an_account() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        for (email, key) in [("ada@example.org", "ada"), ("ben@example.org", "ben")] {
            let account = add_account(store.as_ref(), email, "hash").await.unwrap();
            store.start_session(&session(key, account), None).await.unwrap();
        }
        let sign_out =
            async |email: &str| run(store.as_ref(), &StaffCommand::SignOut { email: email.into() }).await;
        sign_out("ada@example.org").await.unwrap();
        assert_eq!(store.session("ada").await.unwrap(), None);
        assert!(store.session("ben").await.unwrap().is_some());
        let unknown = sign_out("cleo@example.org").await.unwrap_err();
        assert_eq!(unknown.to_string(), "cleo@example.org has no account");
    }

    #[tokio::test]
    async fn a_stranger_who_registered_the_address_first_is_locked_out() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let stranger = add_account(store.as_ref(), "cook@example.org", "hash")
            .await
            .unwrap();
        store
            .start_session(&session("stranger", stranger), None)
            .await
            .unwrap();
        let passkey = Passkey {
            id: "stranger".into(),
            account: stranger,
            algorithm: -7,
            public_key: "key".into(),
            counter: 0,
            backup_eligible: false,
            backed_up: false,
            name: "Phone".into(),
            created_at: clock::now(),
        };
        store.add_passkey(&passkey).await.unwrap();
        let told = run(store.as_ref(), &add("cook@example.org", "lighthouse-diner"))
            .await
            .unwrap();
        assert!(told.contains("the password is "), "{told}");
        assert_eq!(store.session("stranger").await.unwrap(), None);
        assert_eq!(store.passkey("stranger").await.unwrap(), None);
        let known = store.account_by_email("cook@example.org").await.unwrap().unwrap();
        assert_ne!(known.password.as_deref(), Some("hash"));

        let theirs = add_account(store.as_ref(), "ben@example.org", "hash")
            .await
            .unwrap();
        let StaffCommand::Add {
            email,
            restaurant,
            role,
            ..
        } = add("ben@example.org", "lighthouse-diner")
        else {
            unreachable!()
        };
        let keep = StaffCommand::Add {
            email,
            restaurant,
            role,
            password_stdin: false,
            keep: true,
        };
        let told = run(store.as_ref(), &keep).await.unwrap();
        assert!(told.contains("as before"), "{told}");
        let known = store.account(theirs).await.unwrap().unwrap();
        assert_eq!(known.password.as_deref(), Some("hash"));
    }

    #[tokio::test]
    async fn a_code_is_made_that_lets_a_device_in() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let command = |restaurant: &str, name: &str| StaffCommand::Pair {
            restaurant: restaurant.into(),
            kind: KindName(DeviceKind::Kitchen),
            name: name.into(),
        };
        let told = run(store.as_ref(), &command("lighthouse-diner", "Pass"))
            .await
            .unwrap();
        assert!(told.contains("/staff/lighthouse-diner"), "{told}");
        let code = told.split_whitespace().find_map(parse_code).unwrap();
        let paired = store
            .pair(
                &sessions::key(&code),
                DeviceId(1),
                "token",
                &StorageKey(String::new()),
                clock::now(),
            )
            .await
            .unwrap();
        let PairedAs::Device(installed) = paired else {
            panic!("{paired:?}")
        };
        assert_eq!(
            (installed.device.name.as_str(), installed.device.kind),
            ("Pass", DeviceKind::Kitchen)
        );
        for (command, named) in [
            (command("nowhere", "Pass"), "'nowhere'"),
            (command("lighthouse-diner", " "), "'name'"),
        ] {
            let refused = run(store.as_ref(), &command).await.unwrap_err().to_string();
            assert!(refused.contains(named), "{refused}");
        }
    }

    #[tokio::test]
    async fn a_mistake_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        for (command, named) in [
            (add("cook@example.org", "nowhere"), "'nowhere'"),
            (add("cook", "lighthouse-diner"), "'email'"),
        ] {
            let refused = run(store.as_ref(), &command).await.unwrap_err().to_string();
            assert!(refused.contains(named), "{refused}");
        }
    }

    #[tokio::test]
    async fn the_demo_towns_staff_share_a_password_that_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        for _ in 0..2 {
            let password = demo::staff(store.as_ref(), &demo::catalog().unwrap()[3..4])
                .await
                .unwrap();
            let known = store
                .account_by_email("kitchen@lighthouse-diner.example")
                .await
                .unwrap()
                .unwrap();
            assert!(
                Passwords::default()
                    .verify(&password, known.password)
                    .await
                    .unwrap()
            );
            assert_eq!(
                store.role_holders().await.unwrap().len(),
                2,
                "an owner and a kitchen"
            );
        }
    }
}
