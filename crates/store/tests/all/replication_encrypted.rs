//! Copying backups for other recipients than their own.

use super::replication::{FOLDER, TIME, all_keys, context, keys, stopping_at};
use super::support::{Bench, MIB, at, identity, noise, read_part};
use weir_engine::Context;
use weir_model::error::{Kind, Result};
use weir_model::manifest::{AGE, GZIP, Manifest};
use weir_store::{
    Acquire, Choice, Chosen, Identities, Lease, PublicKey, Recipients, Reencryption, Replicated,
    SigningKey, Wanted, choose, read_pointer, replicate, replicate_encrypted,
};

/// A large part with a frame index, small ones and an empty one.
async fn upstream(bench: Bench, key: Option<&SigningKey>) -> Bench {
    let parts = [
        ("data.zst", noise(11 * MIB)),
        ("empty", Vec::new()),
        ("more/rows.gz", noise(1000)),
        ("schema", b"schema".to_vec()),
    ];
    bench.backup_of("demo", TIME, &parts, key).await;
    bench
}

/// Who copies, and for whom.
struct Copyist {
    recipients: Recipients,
    /// What reads the original.
    identities: Identities,
    key: Option<SigningKey>,
    trusted: Vec<PublicKey>,
}

impl Copyist {
    fn of(from: &Bench, readers: &Identities) -> Self {
        let keys = readers.recipients();
        Self {
            recipients: Recipients::parse(keys.iter().map(String::as_str)).unwrap(),
            identities: from.identities.clone(),
            key: None,
            trusted: Vec::new(),
        }
    }

    async fn newest(&self, bench: &Bench) -> Result<Chosen> {
        let wanted = Wanted {
            environment: "production",
            instance: "main",
            database: "demo",
            trusted: &self.trusted,
        };
        choose(&bench.store, &wanted, &Choice::Newest).await
    }

    async fn copy(&self, from: &Bench, to: &Bench, context: &Context) -> Result<Replicated> {
        let chosen = self.newest(from).await?;
        let terms = Acquire::new("replicate/demo", "run-1", at(TIME));
        let lease = Lease::acquire(&to.state, &terms).await?;
        let terms = Reencryption {
            recipients: &self.recipients,
            identities: &self.identities,
            signing_key: self.key.as_ref(),
            trusted: &self.trusted,
            state: &to.state,
            lease: &lease,
        };
        let done =
            replicate_encrypted(&from.store, &to.store, &chosen, &terms, &to.budget, context).await;
        lease.release().await?;
        done
    }
}

/// A place for copies, read with these identities.
fn place(readers: &Identities) -> Bench {
    Bench {
        identities: readers.clone(),
        ..Bench::new()
    }
}

async fn assert_reads(copy: &Bench, manifest: &Manifest) {
    let reader = copy.reader(manifest);
    for (name, content) in [
        ("data.zst", noise(11 * MIB)),
        ("empty", Vec::new()),
        ("more/rows.gz", noise(1000)),
    ] {
        let mut seen = Vec::new();
        read_part(&reader, name, &mut seen).await.unwrap();
        assert!(seen == content, "{name}");
    }
}

/// What encryption must not change.
fn contents(manifest: &Manifest) -> Vec<(String, String, u64)> {
    let parts = manifest.parts.iter();
    parts
        .map(|part| {
            (
                part.name.clone(),
                part.content.to_string(),
                part.stream_bytes(),
            )
        })
        .collect()
}

#[tokio::test]
async fn a_plain_backup_and_an_encrypted_one_are_copied_for_other_recipients() {
    let readers = identity();
    for from in [Bench::new(), Bench::new().encrypted_to(&identity())] {
        let (from, to) = (upstream(from, None).await, place(&readers));
        let copyist = Copyist::of(&from, &readers);
        let done = copyist.copy(&from, &to, &context()).await.unwrap();
        assert_eq!((done.copied, done.kept, done.repaired.len()), (5, 0, 0));
        let original = copyist.newest(&from).await.unwrap().read;
        let copy = copyist.newest(&to).await.unwrap().read;
        assert_eq!(contents(&copy.manifest), contents(&original.manifest));
        let mut requires = copy.manifest.requires.clone();
        requires.sort();
        assert_eq!(requires, [AGE, GZIP]);
        let stated = copy.manifest.encryption.as_ref().unwrap();
        assert_eq!(stated.recipients, readers.recipients());
        let origin = copy.manifest.copied_from.as_ref().unwrap();
        assert_eq!(
            (origin.backup.as_str(), &origin.manifest),
            (FOLDER, &original.digest)
        );
        assert_reads(&to, &copy.manifest).await;
        let pointed = read_pointer(&to.store, "main", "demo").await.unwrap();
        assert_eq!(pointed.unwrap().key(), FOLDER);
        assert!(notes(&to).await.is_empty(), "a whole copy needs no notes");
    }
}

#[tokio::test]
async fn a_copy_that_is_there_is_proven_and_nothing_is_written() {
    let readers = identity();
    let (from, to) = (upstream(Bench::new(), None).await, place(&readers));
    let copyist = Copyist::of(&from, &readers);
    copyist.copy(&from, &to, &context()).await.unwrap();
    let before = everything(&to).await;
    let again = copyist.copy(&from, &to, &context()).await.unwrap();
    assert_eq!((again.copied, again.kept, again.bytes), (0, 5, 0));
    assert!(everything(&to).await == before);

    let key = format!("{FOLDER}/more/rows.gz");
    let mut bytes = to.get(&key).await.unwrap();
    bytes[40] ^= 1;
    to.put(&key, bytes).await;
    let error = copyist.copy(&from, &to, &context()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Corrupt, "{error}");
    assert!(error.doing().contains("more/rows.gz"), "{error}");
}

#[tokio::test]
async fn an_interrupted_copy_is_continued_and_damage_in_it_is_mended() {
    let readers = identity();
    let from = upstream(Bench::new(), None).await;
    let copyist = Copyist::of(&from, &readers);
    let mut kept = 0;
    for stop in 1..5 {
        let to = place(&readers);
        let error = copyist
            .copy(&from, &to, &stopping_at(stop))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Interrupted);
        assert_eq!(
            copyist.newest(&to).await.unwrap_err().kind(),
            Kind::NoBackup
        );
        let noted = notes(&to).await.len();
        let done = copyist.copy(&from, &to, &context()).await.unwrap();
        assert_eq!(
            (done.kept, done.copied),
            (noted, 5 - noted),
            "stopped at {stop}"
        );
        assert_reads(&to, &done.manifest).await;
        kept += noted;
    }
    assert!(kept > 0, "what was copied is not copied again");

    let to = place(&readers);
    copyist.copy(&from, &to, &stopping_at(3)).await.unwrap_err();
    for key in keys(&to).await {
        let mut bytes = to.get(&key).await.unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        to.put(&key, bytes).await;
    }
    let done = copyist.copy(&from, &to, &context()).await.unwrap();
    assert!(!done.repaired.is_empty() && done.kept == 0);
    assert_reads(&to, &done.manifest).await;
}

#[tokio::test]
async fn parts_noted_for_others_are_encrypted_anew() {
    let (first, second) = (identity(), identity());
    let (from, to) = (upstream(Bench::new(), None).await, place(&second));
    let before = Copyist::of(&from, &first);
    before.copy(&from, &to, &stopping_at(3)).await.unwrap_err();
    assert!(!notes(&to).await.is_empty());
    let copyist = Copyist::of(&from, &second);
    let done = copyist.copy(&from, &to, &context()).await.unwrap();
    assert_eq!((done.kept, done.copied), (0, 5));
    assert_reads(&to, &done.manifest).await;
}

#[tokio::test]
async fn a_copy_for_others_is_named_and_left_as_it_is() {
    let (first, second) = (identity(), identity());
    let (from, to) = (upstream(Bench::new(), None).await, place(&first));
    Copyist::of(&from, &first)
        .copy(&from, &to, &context())
        .await
        .unwrap();
    let before = everything(&to).await;
    let copyist = Copyist::of(&from, &second);
    let error = copyist.copy(&from, &to, &context()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Config, "{error}");
    assert!(error.cause().contains(&first.recipients()[0]), "{error}");
    // Byte for byte it is refused likewise: the encrypted copy stays.
    let chosen = copyist.newest(&from).await.unwrap();
    let plain = replicate(&from.store, &to.store, &chosen, &to.budget, &context()).await;
    assert_eq!(plain.unwrap_err().kind(), Kind::Config);
    assert!(everything(&to).await == before);
}

#[tokio::test]
async fn whoever_cannot_read_the_original_writes_nothing() {
    let from = upstream(Bench::new().encrypted_to(&identity()), None).await;
    for wrong in [Identities::default(), identity()] {
        let to = Bench::new();
        let copyist = Copyist {
            identities: wrong,
            ..Copyist::of(&from, &identity())
        };
        let error = copyist.copy(&from, &to, &context()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Secret, "{error}");
        assert_eq!(keys(&to).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn damage_in_the_original_is_found_before_the_copy_exists() {
    let readers = identity();
    for from in [Bench::new(), Bench::new().encrypted_to(&identity())] {
        let (from, to) = (upstream(from, None).await, place(&readers));
        let key = format!("{FOLDER}/data.zst");
        let mut bytes = from.get(&key).await.unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        from.put(&key, bytes).await;
        let copyist = Copyist::of(&from, &readers);
        let error = copyist.copy(&from, &to, &context()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Corrupt, "{error}");
        assert!(to.get(&key).await.is_none(), "it must not be visible");
        assert!(to.get(&format!("{FOLDER}/manifest.json")).await.is_none());
    }
}

#[tokio::test]
async fn a_copy_counts_for_no_more_than_its_original() {
    let (producer, copyist_key) = (
        SigningKey::generate().unwrap(),
        SigningKey::generate().unwrap(),
    );
    let readers = identity();
    let trusted = vec![producer.public(), copyist_key.public()];
    for (signed_by, counts) in [(Some(&producer), true), (None, false)] {
        let (from, to) = (upstream(Bench::new(), signed_by).await, place(&readers));
        let copyist = Copyist {
            key: Some(SigningKey::parse(&copyist_key.to_text()).unwrap()),
            trusted: trusted.clone(),
            ..Copyist::of(&from, &readers)
        };
        copyist.copy(&from, &to, &context()).await.unwrap();
        let copy = copyist.newest(&to).await.unwrap().read;
        assert_eq!(copy.signature.is_trusted(), counts);
        let origin = copy.manifest.copied_from.unwrap();
        assert_eq!(
            origin.signed_by,
            signed_by.map(|key| key.public().to_string())
        );
    }
}

/// Keys of the notes on parts of copies under way.
async fn notes(bench: &Bench) -> Vec<String> {
    let mut keys = all_keys(bench).await;
    keys.retain(|key| key.starts_with("_weir/copies/"));
    keys
}

/// Everything but the state, by key.
async fn everything(bench: &Bench) -> Vec<(String, Option<Vec<u8>>)> {
    let mut all = Vec::new();
    for key in keys(bench).await {
        let bytes = bench.get(&key).await;
        all.push((key, bytes));
    }
    all
}
