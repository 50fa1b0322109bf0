//! `POST /users/search`: users by conditions, newest first, a page at a time.

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, Json};
use serde_json::json;
use shared::otp_service::{
    Comparison, FilterOperator, FilterValue, SearchUsersRequest, SearchUsersResponse, UserField,
    UserFilter,
};
use storage::{Sql, StoreError};

use super::caller::Caller;
use super::{fault, outcome};
use crate::ids::{self, Kind};
use crate::openapi::{Example, Operation, USERS, keyed, sample};
use crate::service::Service;
use crate::store::user_search::{self, Column, Condition, MethodColumn, Test, Value};
use crate::store::users;

pub(crate) fn operation() -> Operation {
    keyed::<SearchUsersResponse>("search_users", USERS, "Find users")
        .describe(
            "The newest first, a page at a time. `*_match` finds a part of a text, without regard to case. \
             `between`, `lt` and `gt` go with `created_at` and `updated_at`.",
        )
        .takes::<SearchUsersRequest>()
        .example(
            Example::new("by_a_part_of_the_name")
                .sends(json!({"limit": 10, "filters": {"operator": "AND", "fields": [
                    {"field": "full_name_match", "operator": "eq", "value": "lovelace"},
                    {"field": "status", "operator": "in", "values": ["pending", "active"]},
                ]}}))
                .answers(json!({"users": [sample::user()], "total_count": 1, "has_more": false})),
        )
}

pub(crate) async fn handle(
    Caller(app): Caller,
    State(service): State<Arc<Service>>,
    Json(request): Json<SearchUsersRequest>,
) -> Result<Json<SearchUsersResponse>, ApiError> {
    let limit = request.limit.unwrap_or(50);
    if !(10..=100).contains(&limit) {
        return Err(outcome::invalid(
            "`limit` must be a whole number from 10 to 100.",
        ));
    }
    let after = request.starting_after.filter(|after| !after.is_empty());
    if after
        .as_deref()
        .is_some_and(|after| !ids::is_id(Kind::User, after))
    {
        return Err(outcome::invalid("`starting_after` must be a user id."));
    }
    let (operator, fields) = match request.filters {
        Some(filters) => (
            filters.operator.unwrap_or(FilterOperator::And),
            filters.fields,
        ),
        None => (FilterOperator::And, Vec::new()),
    };
    let conditions = fields
        .iter()
        .map(condition)
        .collect::<Result<Vec<_>, _>>()?;
    let question = move |sql: &Sql<'_>| {
        let found = user_search::page(
            sql,
            &app.id,
            operator,
            &conditions,
            after.as_deref(),
            i64::from(limit),
        )?;
        let user = |id: &String| {
            users::get(sql, &app.id, id)?
                .ok_or_else(|| StoreError::Broken("a found user is gone".to_owned()))
        };
        Ok(SearchUsersResponse {
            users: found.user_ids.iter().map(user).collect::<Result<_, _>>()?,
            total_count: found.total,
            has_more: found.has_more,
        })
    };
    service
        .database
        .read(question)
        .await
        .map(Json)
        .map_err(fault)
}

const PHONE: &str = "phone_number";
const EMAIL: &str = "email";

/// What kind of values a field has.
enum Values {
    Text,
    Part,
    Flag,
    Time,
}

fn column(field: UserField) -> (Column, Values) {
    use MethodColumn::{Address, Id, Verified};
    match field {
        UserField::UserId => (Column::UserId, Values::Text),
        UserField::Status => (Column::Status, Values::Text),
        UserField::FullNameMatch => (Column::FullName, Values::Part),
        UserField::PhoneNumber => (Column::Method(PHONE, Address), Values::Text),
        UserField::PhoneNumberId => (Column::Method(PHONE, Id), Values::Text),
        UserField::PhoneNumberMatch => (Column::Method(PHONE, Address), Values::Part),
        UserField::PhoneNumberVerified => (Column::Method(PHONE, Verified), Values::Flag),
        UserField::Email => (Column::Method(EMAIL, Address), Values::Text),
        UserField::EmailId => (Column::Method(EMAIL, Id), Values::Text),
        UserField::EmailMatch => (Column::Method(EMAIL, Address), Values::Part),
        UserField::EmailVerified => (Column::Method(EMAIL, Verified), Values::Flag),
        UserField::CreatedAt => (Column::CreatedAt, Values::Time),
        UserField::UpdatedAt => (Column::UpdatedAt, Values::Time),
    }
}

fn condition(filter: &UserFilter) -> Result<Condition, ApiError> {
    let (column, values) = column(filter.field);
    let comparison = filter.operator.unwrap_or(Comparison::Eq);
    let wrong_operator = || outcome::invalid("`operator` does not go with this `field`.");
    let test = match (values, comparison) {
        (Values::Part, Comparison::Eq) => Test::Contains(text(filter.value.as_ref())?),
        (Values::Part, _) => return Err(wrong_operator()),
        (kind, Comparison::Eq) => Test::OneOf(vec![value(&kind, filter.value.as_ref(), column)?]),
        (kind, Comparison::In) => {
            let given = filter.values.as_deref().unwrap_or_default();
            Test::OneOf(
                given
                    .iter()
                    .map(|given| value(&kind, Some(given), column))
                    .collect::<Result<_, _>>()?,
            )
        }
        (Values::Time, ordered) => {
            let (from, to) = (
                time(filter.value.as_ref())?,
                time(filter.second_value.as_ref())?,
            );
            Test::ordered(ordered, from, to).ok_or_else(wrong_operator)?
        }
        _ => return Err(wrong_operator()),
    };
    Ok(Condition { column, test })
}

fn value(kind: &Values, given: Option<&FilterValue>, column: Column) -> Result<Value, ApiError> {
    match kind {
        Values::Flag => match given {
            None => Ok(Value::Number(0)),
            Some(FilterValue::Flag(flag)) => Ok(Value::Number(i64::from(*flag))),
            Some(_) => Err(outcome::invalid("`value` must be true or false.")),
        },
        Values::Time => time(given).map(Value::Number),
        Values::Text | Values::Part => {
            let text = text(given)?;
            // Addresses are kept in lower case.
            let email = matches!(column, Column::Method(EMAIL, MethodColumn::Address));
            Ok(Value::Text(if email {
                text.to_ascii_lowercase()
            } else {
                text
            }))
        }
    }
}

fn text(given: Option<&FilterValue>) -> Result<String, ApiError> {
    match given {
        None => Ok(String::new()),
        Some(FilterValue::Text(text)) => Ok(text.clone()),
        Some(_) => Err(outcome::invalid("`value` must be a string.")),
    }
}

fn time(given: Option<&FilterValue>) -> Result<i64, ApiError> {
    match given {
        None => Ok(0),
        Some(FilterValue::Number(number)) => Ok(*number),
        Some(_) => Err(outcome::invalid("`value` must be a time in Unix seconds.")),
    }
}
