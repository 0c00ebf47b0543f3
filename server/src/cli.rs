//! `servery serve | demo | import | export | google-feed | invite | migrate | doctor | backup | restore | erase | places | staff | routes | openapi`

pub mod demo;
pub mod doctor;
pub mod erase;
pub mod error;
pub mod export;
pub mod google_feed;
pub mod import;
pub mod places;
pub mod staff;

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use clap::{Parser, Subcommand};
use servery_app::{
    mode::Mode,
    render::{RenderInputs, decide},
    routes::ROUTES,
};
use servery_domain::{invitation::InvitationKind, menu_import::Unlisted};
use servery_store::{Store, StoreError, restaurant_files::ImportMode};
use tokio::net::TcpListener;

use self::error::CliError;
use crate::{
    api::openapi,
    assets::Assets,
    catalog::{self, CardTakers, Catalog},
    cli::{places::PlacesCommand, staff::StaffCommand},
    clock,
    delivery_map::ServedMap,
    edits,
    http::{connections::ConnectionLimits, serve, telemetry},
    invitations,
    jobs::{self, mail::Mailer, retention},
    orders::timeouts,
    payments,
    router::{metrics_router, router},
    settings::Settings,
    state::AppState,
};

/// How long the store may take to end its connections.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections to the address of the metrics.
const METRICS_CONNECTIONS: usize = 16;

#[derive(Parser)]
#[command(
    version,
    about = "A restaurant ordering platform that restaurants run for themselves"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    settings: Settings,
    /// A file with settings
    #[arg(long, global = true, default_value = "servery.toml")]
    config: PathBuf,
}

#[derive(Subcommand)]
enum Command {
    /// Answer requests until stopped
    Serve,
    /// Fill the database with the demo restaurants; what these restaurants had before is replaced
    Demo,
    /// Make or change a restaurant as a file says: all of it, or nothing if there is a mistake in it
    Import {
        /// The file, or - for standard input
        file: PathBuf,
        /// Say what would change, and change nothing
        #[arg(long)]
        dry_run: bool,
        /// The file is a menu (CSV, XLSX, GloriaFood's JSON, a web page), and this is the slug of its restaurant
        #[arg(long)]
        menu_of: Option<String>,
        /// Remove dishes that such a menu does not list
        #[arg(long, requires = "menu_of")]
        remove_unlisted: bool,
    },
    /// Write a restaurant into a file: everything that its owner sets, and nothing of orders and guests
    Export {
        /// The restaurant's slug
        slug: String,
        /// The file; left out or - for standard output. With the ending csv or xlsx it has the menu only
        file: Option<PathBuf>,
    },
    /// Write the files with which Google Search and Maps link to the restaurants' pages
    GoogleFeed {
        /// The folder for them
        folder: PathBuf,
    },
    /// Bring the database up to this version
    Migrate,
    /// Check settings, database, mail, cards, proxy, clock and disk, and say how to mend each fault
    Doctor,
    /// Copy a SQLite database into a file; the server may be running
    Backup { file: PathBuf },
    /// Replace the database with such a copy; the server must be stopped
    Restore { file: PathBuf },
    /// Erase name, phone number, address and notes of an order that is over
    Erase {
        /// The order's id, or the last part of its page's address
        #[arg(long)]
        order: String,
    },
    /// Make a link with which somebody makes an account and a restaurant
    Invite {
        /// The account may make any number of restaurants
        #[arg(long)]
        operator: bool,
    },
    /// Import addresses with their positions
    Places {
        #[command(subcommand)]
        command: PlacesCommand,
    },
    /// Give people roles in restaurants, and pair devices
    Staff {
        #[command(subcommand)]
        command: StaffCommand,
    },
    /// Show or set the render mode of each page
    Routes {
        #[command(subcommand)]
        change: Option<RoutesCommand>,
    },
    /// Print the OpenAPI document
    Openapi,
}

#[derive(Subcommand)]
enum RoutesCommand {
    /// Set the render mode of a page: thin, hydrated, thick, or auto for the default. No node needs a restart
    Set { path: String, mode: String },
}

pub async fn run() -> Result<(), CliError> {
    let cli = Cli::parse();
    let settings = cli.settings.or_from(&cli.config)?;
    match cli.command {
        Command::Serve => serve(&settings).await,
        Command::Demo => {
            let catalog = demo::catalog()?;
            let store = open(&settings).await?;
            demo::fill(store.as_ref(), &catalog).await?;
            demo::import_places(store.as_ref()).await?;
            let password = demo::staff(store.as_ref(), &catalog).await?;
            let till = demo::till(store.as_ref(), &catalog).await?;
            store.close().await;
            let dishes: usize = catalog.iter().map(|file| file.menu().dishes().count()).sum();
            print(&format!(
                "{} restaurants with {dishes} dishes are in {}\nTheir owners and kitchens sign in as owner@SLUG.example and kitchen@SLUG.example, such as kitchen@{}.example, and who runs all of it as {}, all with the password {}\nFor a till, {till}",
                catalog.len(),
                settings.database_without_password(),
                catalog.first().map_or("", |file| file.slug.as_str()),
                demo::OPERATOR,
                password.0
            ));
            Ok(())
        }
        Command::Import {
            file,
            dry_run,
            menu_of,
            remove_unlisted,
        } => {
            let store = open(&settings).await?;
            let mode = if dry_run {
                ImportMode::DryRun
            } else {
                ImportMode::Write
            };
            let unlisted = match remove_unlisted {
                true => Unlisted::Remove,
                false => Unlisted::Keep,
            };
            let menu_of = menu_of.as_deref().map(|slug| (slug, unlisted));
            print(&import::run(store.as_ref(), (&file, menu_of), mode, clock::now()).await?);
            store.close().await;
            Ok(())
        }
        Command::Export { slug, file } => {
            let store = open(&settings).await?;
            print(&export::run(store.as_ref(), &slug, file.as_deref()).await?);
            store.close().await;
            Ok(())
        }
        Command::GoogleFeed { folder } => {
            let store = open(&settings).await?;
            let catalog = Catalog::open(store.clone(), CardTakers::default()).await?;
            print(&google_feed::run(&settings, &catalog, &folder, clock::now()).await?);
            store.close().await;
            Ok(())
        }
        Command::Migrate => {
            open(&settings).await?;
            print("the database is up to date");
            Ok(())
        }
        Command::Doctor => {
            let findings = doctor::examine(&settings).await;
            for finding in &findings {
                print(&finding.to_string());
            }
            match findings
                .iter()
                .filter(|finding| finding.severity == doctor::Severity::Fault)
                .count()
            {
                0 => Ok(()),
                faults => Err(format!("faults: {faults}").into()),
            }
        }
        Command::Backup { file } => {
            servery_store::backup(settings.database(), &file).await?;
            print(&format!(
                "{} is a copy of {}",
                file.display(),
                settings.database()
            ));
            Ok(())
        }
        Command::Restore { file } => {
            let replaced = servery_store::restore(settings.database(), &file).await?;
            print(&format!(
                "{} is restored from {}",
                settings.database(),
                file.display()
            ));
            if let Some(replaced) = replaced {
                print(&format!(
                    "the database that it replaced is now {}",
                    replaced.display()
                ));
            }
            Ok(())
        }
        Command::Erase { order } => {
            let store = open(&settings).await?;
            print(&erase::run(store.as_ref(), &order, clock::now()).await?);
            store.close().await;
            Ok(())
        }
        Command::Invite { operator } => {
            let store = open(&settings).await?;
            let kind = match operator {
                true => InvitationKind::Operator,
                false => InvitationKind::Owner,
            };
            let path = invitations::invite(store.as_ref(), kind).await?;
            store.close().await;
            print(&format!(
                "{}{path}\nThe link can be used once, within seven days.",
                settings.public_url()
            ));
            Ok(())
        }
        Command::Places { command } => {
            let store = open(&settings).await?;
            print(&places::run(store.as_ref(), command).await?);
            store.close().await;
            Ok(())
        }
        Command::Staff { command } => {
            let store = open(&settings).await?;
            print(&staff::run(store.as_ref(), &command).await?);
            store.close().await;
            Ok(())
        }
        Command::Routes { change: None } => {
            print(&routes_table(open(&settings).await?.as_ref()).await?);
            Ok(())
        }
        Command::Routes {
            change: Some(RoutesCommand::Set { path, mode }),
        } => {
            let store = open(&settings).await?;
            set_mode(store.as_ref(), &path, &mode).await?;
            print(&routes_table(store.as_ref()).await?);
            Ok(())
        }
        Command::Openapi => {
            print(&openapi::DOCUMENT);
            Ok(())
        }
    }
}

/// The output of a command.
#[allow(clippy::print_stdout)]
fn print(text: &str) {
    println!("{}", text.trim_end());
}

async fn open(settings: &Settings) -> Result<Arc<dyn Store>, StoreError> {
    let store = servery_store::connect_with(settings.database(), settings.database_connections()).await?;
    store.migrate().await?;
    clock::follow(store.as_ref()).await?;
    Ok(store)
}

async fn serve(settings: &Settings) -> Result<(), CliError> {
    let _guard = telemetry::start_log(settings.log(), std::io::stdout())?;
    let assets = Assets::new()?.with_map(ServedMap::open(settings)?)?;
    let store = open(settings).await?;
    let cards = settings.cards()?;
    settings.source_url()?;
    let mailer = Mailer::new(settings)?;
    let catalog = Catalog::open(store.clone(), cards.takers()).await?;
    let watching = tokio::spawn(catalog.clone().watch());
    let stop = async {
        tokio::select! {
            () = serve::interrupted() => {}
            // It ends only by a panic. A node without a current catalog has to be restarted.
            ended = watching => tracing::error!(?ended, "the catalog is no longer updated"),
        }
    };
    let listener = listen(settings.listen()).await?;
    // It is no line of the log, but for whoever started the server.
    if let Some(path) = invitations::first_start(store.as_ref()).await? {
        print(&format!(
            "Nobody is here yet. Open this address to make your account and your first restaurant:\n\n    {}{path}\n",
            settings.public_url()
        ));
    }
    tracing::info!(address = %listener.local_addr()?, "listening");
    for slug in cards.own.keys() {
        if catalog.by_slug(slug).await?.is_none() {
            tracing::warn!(
                restaurant = slug.as_str(),
                "a card account names a restaurant that does not exist"
            );
        }
    }
    let app = AppState::new(store.clone(), catalog, cards, assets, settings.clone()).await?;
    app.pusher.client(app.store.as_ref(), &app.settings).await?;
    tokio::spawn(clock::keep_following(store.clone()));
    tokio::spawn(app.clone().measure_load());
    tokio::spawn(timeouts::run(app.clone()));
    tokio::spawn(edits::publish_scheduled(app.clone()));
    tokio::spawn(payments::watch_open_payments(app.clone()));
    tokio::spawn(jobs::run(app.clone(), mailer));
    tokio::spawn(retention::run(app.clone()));
    tokio::spawn(app.broadcaster.clone().follow_other_nodes(store.clone()));
    if let Some(address) = settings.metrics_listen {
        let listener = listen(address).await?;
        let limits = ConnectionLimits {
            connections: METRICS_CONNECTIONS,
            ..ConnectionLimits::default()
        };
        tokio::spawn(serve::serve(
            listener,
            metrics_router(app.clone()),
            limits,
            std::future::pending(),
        ));
    }
    let stopping = app.clone();
    let stop = async move {
        stop.await;
        stopping.drain().await;
    };
    serve::serve(listener, router(app), ConnectionLimits::default(), stop).await?;
    if tokio::time::timeout(CLOSE_TIMEOUT, store.close()).await.is_err() {
        tracing::warn!("the database's connections were not closed in time");
    }
    tracing::info!("stopped");
    Ok(())
}

async fn listen(address: SocketAddr) -> Result<TcpListener, CliError> {
    let listener = TcpListener::bind(address).await;
    Ok(listener.map_err(|error| format!("{address} cannot be listened on: {error}"))?)
}

async fn set_mode(store: &dyn Store, path: &str, mode: &str) -> Result<(), CliError> {
    let paths = || {
        ROUTES
            .iter()
            .map(|route| route.path)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let route = ROUTES
        .iter()
        .find(|route| route.path == path)
        .ok_or_else(|| format!("'{path}' is not a page; the pages are {}", paths()))?;
    let mode = if mode == "auto" {
        None
    } else {
        Some(mode.parse::<Mode>()?)
    };
    if let Some(mode) = mode.filter(|mode| !route.allows.contains(mode)) {
        return Err(format!("{path} cannot be {mode}").into());
    }
    store.set_mode(path, mode.map(Mode::name)).await?;
    Ok(())
}

/// `path  modes allowed  mode in force  why`
async fn routes_table(store: &dyn Store) -> Result<String, StoreError> {
    let modes = catalog::modes(store).await?;
    let wide = ROUTES
        .iter()
        .map(|route| route.path.len())
        .max()
        .unwrap_or_default();
    let mut table = format!(
        "{:<wide$} {:<22} {:<10} {}\n",
        "PATH", "ALLOWED", "IN FORCE", "WHY"
    );
    for route in &ROUTES {
        let operator = catalog::operator_mode(&modes, route.path);
        let decision = decide(
            route,
            RenderInputs {
                operator,
                ..RenderInputs::default()
            },
        );
        let allowed = route
            .allows
            .iter()
            .map(|mode| mode.name())
            .collect::<Vec<_>>()
            .join(" ");
        table += &format!(
            "{:<wide$} {allowed:<22} {:<10} {}\n",
            route.path,
            decision.mode.name(),
            decision.reason.name()
        );
    }
    Ok(table)
}
