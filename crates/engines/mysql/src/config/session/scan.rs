//! A large answer, row by row.

use super::Subject;
use mysql_async::prelude::Queryable as _;
use mysql_async::{Conn, QueryResult, Row, TextProtocol};
use weir_model::error::Result;

/// Rows that are being read. Their values are bytes as the server prints them, or NULL.
pub(crate) struct Scan<'a> {
    result: QueryResult<'a, 'static, TextProtocol>,
    subject: &'a Subject,
    doing: String,
}

impl<'a> Scan<'a> {
    pub(super) async fn begin(
        conn: &'a mut Conn,
        subject: &'a Subject,
        doing: &str,
        sql: &str,
    ) -> Result<Self> {
        let asked = conn.query_iter(sql.to_owned()).await;
        let result = asked.map_err(|error| subject.failure(doing, error))?;
        Ok(Self {
            result,
            subject,
            doing: doing.to_owned(),
        })
    }

    /// The next row; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Row>> {
        let row = self.result.next().await;
        row.map_err(|error| self.subject.failure(&self.doing, error))
    }
}
