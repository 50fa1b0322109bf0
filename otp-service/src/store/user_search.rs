//! Finding users by conditions: the one place where SQL is put together from parts. Only the parts
//! below get into it; every value is a parameter.

use shared::otp_service::{Comparison, FilterOperator};
use storage::{Param, Sql, StoreError};

/// A condition, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(crate) column: Column,
    pub(crate) test: Test,
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    UserId,
    Status,
    FullName,
    CreatedAt,
    UpdatedAt,
    /// A column of the user's methods of this kind.
    Method(&'static str, MethodColumn),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MethodColumn {
    Id,
    Address,
    Verified,
}

/// How it is compared.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Test {
    OneOf(Vec<Value>),
    /// A part of it, in any case.
    Contains(String),
    Between(i64, i64),
    Less(i64),
    Greater(i64),
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Text(String),
    Number(i64),
}

impl std::fmt::Debug for Test {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Test(hidden)")
    }
}

/// A page of user ids, newest first, and how many there are on all pages.
pub(crate) struct Found {
    pub(crate) user_ids: Vec<String>,
    pub(crate) total: i64,
    pub(crate) has_more: bool,
}

/// One page of the users for which the conditions hold.
pub(crate) fn page(
    sql: &Sql<'_>,
    app_id: &str,
    operator: FilterOperator,
    conditions: &[Condition],
    after: Option<&str>,
    limit: i64,
) -> Result<Found, StoreError> {
    let mut query = Query::new(app_id);
    let mut tests: Vec<String> = conditions
        .iter()
        .map(|condition| query.test(condition))
        .collect();
    if tests.is_empty() {
        tests.push("1 = 1".to_owned());
    }
    let joined = tests.join(match operator {
        FilterOperator::And => " AND ",
        FilterOperator::Or => " OR ",
    });
    let holds = format!("FROM users WHERE users.app_id = $1 AND ({joined})");
    let count = format!("SELECT COUNT(*) {holds}");
    let total = sql
        .query_one(&count, &query.params(), |row| row.int(0))?
        .unwrap_or(0);

    let start = after
        .map(|after| {
            let place = query.place(Value::Text(after.to_owned()));
            format!(
                " AND (users.created_at < (SELECT created_at FROM users AS last WHERE last.id = {place})
                   OR (users.created_at = (SELECT created_at FROM users AS last WHERE last.id = {place})
                       AND users.id < {place}))"
            )
        })
        .unwrap_or_default();
    let one_more = query.place(Value::Number(limit + 1));
    let list = format!(
        "SELECT users.id {holds}{start} ORDER BY users.created_at DESC, users.id DESC LIMIT {one_more}"
    );
    let mut user_ids = sql.query(&list, &query.params(), |row| row.text(0))?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = user_ids.len() > wanted;
    user_ids.truncate(wanted);
    Ok(Found {
        user_ids,
        total,
        has_more,
    })
}

/// The values of a query, in the order of their places.
struct Query(Vec<Value>);

impl Query {
    fn new(app_id: &str) -> Self {
        Self(vec![Value::Text(app_id.to_owned())])
    }

    fn place(&mut self, value: Value) -> String {
        self.0.push(value);
        format!("${}", self.0.len())
    }

    fn params(&self) -> Vec<Param<'_>> {
        let param = |value| match value {
            &Value::Number(number) => Param::Int(number),
            Value::Text(text) => Param::Text(text),
        };
        self.0.iter().map(param).collect()
    }

    fn test(&mut self, condition: &Condition) -> String {
        let on = |test: String| match condition.column {
            Column::Method(kind, _) => format!(
                "EXISTS (SELECT 1 FROM methods WHERE methods.user_id = users.id AND methods.kind = '{kind}' AND {test})"
            ),
            _ => test,
        };
        let column = match condition.column {
            Column::UserId => "users.id",
            Column::Status => "users.status",
            Column::FullName => {
                "users.first_name || ' ' || users.middle_name || ' ' || users.last_name"
            }
            Column::CreatedAt => "users.created_at",
            Column::UpdatedAt => "users.updated_at",
            Column::Method(_, MethodColumn::Id) => "methods.id",
            Column::Method(_, MethodColumn::Address) => "methods.address",
            Column::Method(_, MethodColumn::Verified) => "methods.verified",
        };
        match &condition.test {
            Test::OneOf(values) if values.is_empty() => "1 = 0".to_owned(),
            Test::OneOf(values) => {
                let places: Vec<_> = values
                    .iter()
                    .map(|value| self.place(value.clone()))
                    .collect();
                on(format!("{column} IN ({})", places.join(", ")))
            }
            Test::Contains(part) => {
                let literal = part
                    .to_lowercase()
                    .replace('\\', r"\\")
                    .replace('%', r"\%")
                    .replace('_', r"\_");
                let place = self.place(Value::Text(format!("%{literal}%")));
                // A missing middle name leaves two spaces, which nobody types.
                let text = format!("REPLACE(LOWER({column}), '  ', ' ')");
                on(format!(r"{text} LIKE {place} ESCAPE '\'"))
            }
            Test::Between(least, most) => {
                let (least, most) = (
                    self.place(Value::Number(*least)),
                    self.place(Value::Number(*most)),
                );
                on(format!("{column} BETWEEN {least} AND {most}"))
            }
            Test::Less(than) => {
                let place = self.place(Value::Number(*than));
                on(format!("{column} < {place}"))
            }
            Test::Greater(than) => {
                let place = self.place(Value::Number(*than));
                on(format!("{column} > {place}"))
            }
        }
    }
}

/// Which comparison a test stands for.
impl Test {
    pub(crate) fn ordered(comparison: Comparison, value: i64, second: i64) -> Option<Self> {
        match comparison {
            Comparison::Between => Some(Self::Between(value, second)),
            Comparison::Lt => Some(Self::Less(value)),
            Comparison::Gt => Some(Self::Greater(value)),
            Comparison::Eq | Comparison::In => None,
        }
    }
}
