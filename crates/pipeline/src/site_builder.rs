//! From a job in the configuration to the databases it works on.

use crate::encrypted;
use crate::guard::AcknowledgedClone;
use crate::secrets;
use crate::site::{Site, SourceOfRestore};
use crate::target_policy;
use crate::weir::Weir;
use std::path::Path;
use std::sync::Arc;
use weir_config::Previous as configured;
use weir_config::{Data, DatabaseJob, Environment, Job, Located, Reads, Verify};
use weir_engine::{Bounds, Context, Endpoint, Previous, Secret, Verification};
use weir_model::error::{Error, Kind, Result};
use weir_store::{PublicKey, SigningKey};

/// What a verb needs of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// The database itself, with every secret of its environment.
    Database,
    /// Only a look at the database: its password, and no key.
    Look,
    /// Only its backups.
    StoreOnly,
}

/// The databases of `job`, or only the one named.
pub(crate) async fn sites(
    weir: &Weir,
    job: &Job,
    database: Option<&str>,
    need: Need,
    context: &Context,
) -> Result<Vec<Site>> {
    let wanted: Vec<&DatabaseJob> = job
        .databases
        .iter()
        .filter(|candidate| database.is_none_or(|name| candidate.name == name))
        .collect();
    if wanted.is_empty() {
        let known: Vec<&str> = job
            .databases
            .iter()
            .map(|known| known.name.as_str())
            .collect();
        return Err(Error::new(
            Kind::Usage,
            format!("find the database {}", database.unwrap_or_default()),
            format!("{}/{} has no such database", job.environment, job.app),
        )
        .hint(format!("it has: {}", known.join(", "))));
    }
    let secrets = Secrets {
        weir,
        need,
        context,
    };
    let mut sites = Vec::new();
    for database in wanted {
        sites.push(site(&secrets, job, database).await?);
    }
    Ok(sites)
}

async fn site(secrets: &Secrets<'_>, job: &Job, database: &DatabaseJob) -> Result<Site> {
    let weir = secrets.weir;
    let environment = weir.environment(&job.environment)?;
    // Before any secret is read: an engine this build lacks is the obstacle that no secret mends.
    let engine = weir.engines().get(job.engine.value.name())?;
    let base = &weir.fleet().base;
    let masking_key = match &database.sanitise {
        Some(_) => {
            let needed_by = format!("masking in {}", environment.name);
            let key = environment.masking_key.as_ref();
            secrets.key(key, &needed_by).await?
        }
        None => None,
    };
    let password = secrets.read(job.password.as_ref(), &job.address).await?;
    Ok(Site {
        environment: job.environment.clone(),
        app: job.app.clone(),
        instance: job.instance.value.clone(),
        engine,
        endpoint: Endpoint {
            url: absolute_url(&database.url.value, job.engine.value.name(), base),
            database: database.name.clone(),
            password,
            owner: job.owner.as_ref().map(|owner| owner.value.clone()),
            policy: target_policy::of(job.target_policy.as_ref()),
        },
        is_root: environment.upstream.is_none(),
        clean_only: takes_only_clean(job),
        born_here: job.data.value == Data::Own,
        source: source(job, database),
        script_files: database
            .transform
            .iter()
            .map(|script| base.join(&script.value))
            .collect(),
        ruleset: database
            .sanitise
            .as_ref()
            .map(|rules| base.join(&rules.value)),
        masking_key,
        voucher: job.vouched.as_ref().map(|voucher| voucher.value.clone()),
        acknowledged_clone: job.clone.as_ref().map(|clone| AcknowledgedClone {
            source: clone.value.source.clone(),
            target: clone.value.target.clone(),
        }),
        signing_key: signing_key(secrets, environment).await?.map(Arc::new),
        recipients: encrypted::recipients(weir, &job.environment)?,
        published_to: encrypted::published_to(weir, &job.environment)?,
        trusted_keys: match secrets.need {
            Need::Look => Vec::new(),
            Need::Database | Need::StoreOnly => {
                trusted_keys(weir, &job.environment, secrets.context).await?
            }
        },
        previous: match job.previous.value {
            configured::None => Previous::None,
            configured::UntilNext | configured::For(_) => Previous::Keep,
        },
        previous_kept_for: match job.previous.value {
            configured::For(period) => Some(period.duration()),
            configured::None | configured::UntilNext => None,
        },
        verification: match job.verify.value {
            Verify::Full => Verification::Full,
            Verify::Counts => Verification::Counts,
        },
        bounds: bounds(job),
    })
}

fn source(job: &Job, database: &DatabaseJob) -> Option<SourceOfRestore> {
    let source = job.source.as_ref()?;
    Some(SourceOfRestore {
        environment: source.environment.clone(),
        app: source.app.clone(),
        instance: source.instance.clone(),
        database: database
            .source_name
            .clone()
            .unwrap_or_else(|| database.name.clone()),
        published: source.reads.value == Reads::Published,
        replica: source.replica.as_ref().map(|replica| replica.value.clone()),
    })
}

fn bounds(job: &Job) -> Bounds {
    job.expect
        .iter()
        .flat_map(|expected| &expected.value)
        .map(|(table, bounds)| (table.clone(), (bounds.min, bounds.max)))
        .collect()
}

/// Whether only sanitised, vouched or own data may come to this job's databases.
pub(crate) fn takes_only_clean(job: &Job) -> bool {
    job.data.value == Data::Sanitised
}

/// A database that is a file may be named by a path beside the configuration: engines only ever
/// see whole addresses.
fn absolute_url(url: &str, engine: &str, base: &Path) -> String {
    if url.contains("://") {
        return url.to_owned();
    }
    let path = url
        .strip_prefix(engine)
        .and_then(|rest| rest.strip_prefix(':'))
        .unwrap_or(url);
    format!("{engine}://{}", base.join(path).display())
}

/// Reads secrets where the verb needs them.
struct Secrets<'a> {
    weir: &'a Weir,
    need: Need,
    context: &'a Context,
}

impl Secrets<'_> {
    async fn read(
        &self,
        reference: Option<&Located<weir_config::Secret>>,
        needed_by: &str,
    ) -> Result<Option<Secret>> {
        match (reference, self.need) {
            (Some(reference), Need::Database | Need::Look) => {
                let base = &self.weir.fleet().base;
                secrets::read(&reference.value, base, needed_by, self.context)
                    .await
                    .map(Some)
            }
            _ => Ok(None),
        }
    }

    /// A key for what is written: looking at a database needs none.
    async fn key(
        &self,
        reference: Option<&Located<weir_config::Secret>>,
        needed_by: &str,
    ) -> Result<Option<Secret>> {
        match self.need {
            Need::Database => self.read(reference, needed_by).await,
            Need::Look | Need::StoreOnly => Ok(None),
        }
    }
}

async fn signing_key(
    secrets: &Secrets<'_>,
    environment: &Environment,
) -> Result<Option<SigningKey>> {
    let needed_by = format!("signing in {}", environment.name);
    secrets
        .key(environment.signing_key.as_ref(), &needed_by)
        .await?
        .map(|secret| SigningKey::parse(secret.reveal()))
        .transpose()
}

/// The keys whose signatures count in an environment: those it trusts, and its own.
///
/// # Errors
/// `config` for a key that is none.
pub(crate) async fn trusted_keys(
    weir: &Weir,
    environment: &str,
    context: &Context,
) -> Result<Vec<PublicKey>> {
    let environment = weir.environment(environment)?;
    let mut keys = environment
        .trusts
        .iter()
        .map(|key| {
            PublicKey::parse(&key.value).map_err(|error| {
                Error::from_source(
                    Kind::Config,
                    format!("read `trusts` of {}, {}", environment.name, key.origin),
                    error,
                )
                .hint("print a public key with `weir keys public FILE`")
            })
        })
        .collect::<Result<Vec<PublicKey>>>()?;
    // What this environment signed itself is trusted here wherever its key can be read; from
    // elsewhere it is simply unknown.
    let secrets = Secrets {
        weir,
        need: Need::Database,
        context,
    };
    if let Ok(Some(own)) = signing_key(&secrets, environment).await {
        keys.push(own.public());
    }
    Ok(keys)
}
