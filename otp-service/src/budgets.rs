//! What messages have cost so far and what one more may cost (G-05). Counted in memory, so that no send
//! waits for another one, and taken over from the database when the service starts and every few seconds
//! after that: so it survives a kill, and services on one database share their budgets.
//!
//! Messages that stay on the machine cost nothing and are not counted. Not here: the arithmetic
//! (`rules/budget.rs`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use storage::{Database, StoreError};

use crate::address::NO_COUNTRY;
use crate::gateways::{GatewayError, PerCountry};
use crate::rules::budget::{Allowed, Ledger, Most, Spent, Verdict};
use crate::store::deliveries;

const DAY: i64 = 24 * 3600;
/// Money is counted in millionths of its unit.
const MILLION: f64 = 1_000_000.0;

/// Budgets and prices.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Budgets")]
pub struct BudgetSettings {
    /// Text messages in an hour, in all; 0 for any number. The outbox is not counted
    #[arg(long, env = "BUDGET_PER_HOUR", default_value_t = 1_000)]
    pub budget_per_hour: u64,
    /// Text messages in 24 hours, in all; 0 for any number
    #[arg(long, env = "BUDGET_PER_DAY", default_value_t = 5_000)]
    pub budget_per_day: u64,
    /// E-mails in an hour; 0 for any number. They count for nothing else
    #[arg(long, env = "BUDGET_EMAIL_PER_HOUR", default_value_t = 1_000)]
    pub budget_email_per_hour: u64,
    /// E-mails in 24 hours; 0 for any number
    #[arg(long, env = "BUDGET_EMAIL_PER_DAY", default_value_t = 5_000)]
    pub budget_email_per_day: u64,
    /// Messages to a country in an hour; others for some, as in `200,US=800`
    #[arg(long, env = "BUDGET_PER_COUNTRY_HOUR")]
    pub budget_per_country_hour: Option<PerCountry<String>>,
    /// Messages to a country in 24 hours; others for some
    #[arg(long, env = "BUDGET_PER_COUNTRY_DAY")]
    pub budget_per_country_day: Option<PerCountry<String>>,
    /// What a segment costs, in any one currency; others for some countries, as in `0.08,US=0.0083`
    #[arg(long, env = "PRICES")]
    pub prices: Option<PerCountry<String>>,
    /// Money in an hour, in all; needs PRICES
    #[arg(long, env = "BUDGET_MONEY_PER_HOUR")]
    pub budget_money_per_hour: Option<f64>,
    /// Money in 24 hours, in all; needs PRICES
    #[arg(long, env = "BUDGET_MONEY_PER_DAY")]
    pub budget_money_per_day: Option<f64>,
}

impl BudgetSettings {
    fn email(&self) -> Allowed {
        let most = |messages| Most { messages, money: 0 };
        Allowed {
            hour: most(self.budget_email_per_hour),
            day: most(self.budget_email_per_day),
        }
    }

    fn in_all(&self) -> Result<Allowed, GatewayError> {
        let given = [self.budget_money_per_hour, self.budget_money_per_day];
        if given.iter().any(Option::is_some) && self.prices.is_none() {
            return Err(GatewayError::Setting(
                "BUDGET_MONEY_PER_HOUR and BUDGET_MONEY_PER_DAY need PRICES: what a segment costs, as in PRICES=0.08,US=0.0083"
                    .to_owned(),
            ));
        }
        let [hour, day] = given.map(|money| money.map_or(Some(0), millionths));
        let money = |name: &str, money: Option<u64>| {
            money.ok_or_else(|| GatewayError::Setting(format!("{name}: an amount as in 12.50")))
        };
        Ok(Allowed {
            hour: Most {
                messages: self.budget_per_hour,
                money: money("BUDGET_MONEY_PER_HOUR", hour)?,
            },
            day: Most {
                messages: self.budget_per_day,
                money: money("BUDGET_MONEY_PER_DAY", day)?,
            },
        })
    }
}

fn millionths(amount: f64) -> Option<u64> {
    let fits = amount.is_finite() && (0.0..=1_000_000_000.0).contains(&amount);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is between nought and a thousand million"
    )]
    fits.then(|| (amount * MILLION).round() as u64)
}

fn read<T>(
    name: &str,
    setting: Option<&PerCountry<String>>,
    what: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<PerCountry<T>, GatewayError> {
    let value = |text: &String| {
        read(text).ok_or_else(|| GatewayError::Setting(format!("{name}: {text} is no {what}")))
    };
    setting.map_or_else(|| Ok(PerCountry::none()), |setting| setting.map(value))
}

/// Budgets, and what is spent.
#[derive(Debug)]
pub(crate) struct Budgets {
    /// Text messages.
    in_all: Allowed,
    email: Allowed,
    country_hour: PerCountry<u64>,
    country_day: PerCountry<u64>,
    prices: PerCountry<u64>,
    spent: Mutex<Spending>,
}

/// A flood of e-mails must not end the text messages: what has no country counts for itself alone.
#[derive(Debug, Default)]
struct Spending {
    in_all: Ledger,
    of: HashMap<String, Ledger>,
}

impl Spending {
    fn add(&mut self, country: &str, at: i64, spent: Spent) {
        if country != NO_COUNTRY {
            self.in_all.add(at, spent);
        }
        self.of
            .entry(country.to_owned())
            .or_default()
            .add(at, spent);
    }
}

impl Budgets {
    pub(crate) fn of(settings: &BudgetSettings) -> Result<Self, GatewayError> {
        let number = |text: &str| text.parse().ok();
        let price = |text: &str| text.parse().ok().and_then(millionths);
        let hour = settings.budget_per_country_hour.as_ref();
        let day = settings.budget_per_country_day.as_ref();
        Ok(Self {
            in_all: settings.in_all()?,
            email: settings.email(),
            country_hour: read("BUDGET_PER_COUNTRY_HOUR", hour, "number", number)?,
            country_day: read("BUDGET_PER_COUNTRY_DAY", day, "number", number)?,
            prices: read("PRICES", settings.prices.as_ref(), "price", price)?,
            spent: Mutex::default(),
        })
    }

    fn spent(&self) -> MutexGuard<'_, Spending> {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a message costs, in millionths of the currency's unit.
    pub(crate) fn price(&self, country: &str, segments: usize) -> u64 {
        let segments = u64::try_from(segments).unwrap_or(u64::MAX);
        if country == NO_COUNTRY {
            return 0;
        }
        let price = self.prices.of(country).copied().unwrap_or(0);
        price.saturating_mul(segments)
    }

    /// Spends a message, if that may be, until what is answered is dropped; for good once it is kept.
    pub(crate) fn reserve(
        self: &Arc<Self>,
        country: &str,
        money: u64,
        now: i64,
    ) -> (Verdict, Option<Reserved>) {
        let allowed = self.allowed(country);
        let mut spent = self.spent();
        let of_country = spent.of.entry(country.to_owned()).or_default();
        let mut verdict = of_country.verdict(&allowed, now, money);
        if country != NO_COUNTRY {
            verdict = verdict.or(spent.in_all.verdict(&self.in_all, now, money));
        }
        if matches!(verdict, Verdict::Stop(..)) {
            return (verdict, None);
        }
        spent.add(country, now, Spent { messages: 1, money });
        let reserved = Reserved {
            budgets: Arc::clone(self),
            country: country.to_owned(),
            money,
            at: now,
            kept: false,
        };
        (verdict, Some(reserved))
    }

    /// The most for a country, or for e-mail.
    fn allowed(&self, country: &str) -> Allowed {
        if country == NO_COUNTRY {
            return self.email;
        }
        let most = |of: &PerCountry<u64>| Most {
            messages: of.of(country).copied().unwrap_or(0),
            money: 0,
        };
        Allowed {
            hour: most(&self.country_hour),
            day: most(&self.country_day),
        }
    }

    /// A message of this time surely did not go.
    pub(crate) fn give_back(&self, country: &str, money: u64, at: i64) {
        let mut spent = self.spent();
        if country != NO_COUNTRY {
            spent.in_all.take_back(at, money);
        }
        if let Some(ledger) = spent.of.get_mut(country) {
            ledger.take_back(at, money);
        }
    }

    /// Takes over what the database knows.
    pub(crate) async fn agree(&self, database: &Database, now: i64) -> Result<(), StoreError> {
        let rows = database
            .read(move |sql| deliveries::spent_since(sql, now - DAY))
            .await?;
        let mut known = Spending::default();
        for row in rows {
            let at = row.minute * 60;
            let spent = Spent {
                messages: u64::try_from(row.messages).unwrap_or(0),
                money: u64::try_from(row.money).unwrap_or(0),
            };
            known.add(&row.country, at, spent);
        }
        let mut own = self.spent();
        own.in_all.agree(known.in_all, now);
        let countries: Vec<_> = own.of.keys().chain(known.of.keys()).cloned().collect();
        for country in countries {
            let known = known.of.remove(&country).unwrap_or_default();
            own.of.entry(country).or_default().agree(known, now);
        }
        Ok(())
    }
}

/// A message that is spent and not on disk yet.
#[derive(Debug)]
pub(crate) struct Reserved {
    budgets: Arc<Budgets>,
    country: String,
    money: u64,
    at: i64,
    kept: bool,
}

impl Reserved {
    /// It is on disk.
    pub(crate) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if !self.kept {
            self.budgets.give_back(&self.country, self.money, self.at);
        }
    }
}
