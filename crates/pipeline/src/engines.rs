//! The engines of this build: one explicit list.

use std::collections::BTreeMap;
use std::sync::Arc;
use weir_engine::{Context, Engine, Examined, ForeignFile};
use weir_engine_mysql::MysqlEngine;
use weir_engine_postgres::PostgresEngine;
use weir_engine_sqlite::SqliteEngine;
use weir_model::error::{Error, Kind, Result};

/// The engines a verb can use, by their name in the configuration.
#[derive(Clone, Default)]
pub struct Engines {
    by_name: BTreeMap<&'static str, Arc<dyn Engine>>,
}

impl Engines {
    /// Every engine this build carries.
    #[must_use]
    pub fn built_in() -> Self {
        Self::default()
            .with(Arc::new(MysqlEngine))
            .with(Arc::new(PostgresEngine))
            .with(Arc::new(SqliteEngine))
    }

    /// The same with one more engine, or another one of the same name.
    #[must_use]
    pub fn with(mut self, engine: Arc<dyn Engine>) -> Self {
        self.by_name.insert(engine.name(), engine);
        self
    }

    /// The engine of that name.
    ///
    /// # Errors
    /// `unsupported`, with the engines there are.
    pub fn get(&self, name: &str) -> Result<Arc<dyn Engine>> {
        self.by_name.get(name).cloned().ok_or_else(|| {
            let known: Vec<&str> = self.by_name.keys().copied().collect();
            Error::new(
                Kind::Unsupported,
                format!("find the engine {name}"),
                "this build of Weir does not carry it",
            )
            .hint(format!("it carries: {}", known.join(", ")))
        })
    }

    /// Which of the names in a folder are files of one dump to the first engine that knows any.
    pub(crate) fn files_of_one_dump(&self, names: &[String]) -> Vec<String> {
        let engines = self.by_name.values();
        let mut found = engines.map(|engine| engine.files_of_one_dump(names));
        found.find(|names| !names.is_empty()).unwrap_or_default()
    }

    /// What the first engine that knows a file found by reading it to its end; `None` when none
    /// does.
    pub(crate) async fn examine(
        &self,
        file: &ForeignFile,
        context: &Context,
    ) -> Result<Option<Examined>> {
        for engine in self.by_name.values() {
            let examined = engine.examine(file, context).await?;
            if examined.is_some() {
                return Ok(examined);
            }
        }
        Ok(None)
    }
}
