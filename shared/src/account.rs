//! Accounts: a person, their zone, language and week; and what an instance says of itself before anybody signs in.

use crate::{
    ids::AccountId,
    session::Token,
    text::{Email, Name, Password},
    zone::Zone,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A language that Daymark speaks, as a BCP 47 primary tag.
///
/// Regional ways of writing dates and numbers are the browser's to choose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Locale {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

impl Locale {
    /// Every language there is.
    pub const ALL: &'static [Self] = &[Self::En, Self::De];

    /// The BCP 47 tag.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// The language of a BCP 47 tag (`de-AT` is German); `None` for one that Daymark does not speak.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or(tag);
        Self::ALL.iter().copied().find(|locale| locale.as_str().eq_ignore_ascii_case(primary))
    }
}

/// The day on which a person's week begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WeekStart {
    /// Monday (ISO 8601).
    #[default]
    Monday,
    /// Sunday.
    Sunday,
    /// Saturday.
    Saturday,
}

impl WeekStart {
    /// Every day that a week may begin on.
    pub const ALL: &'static [Self] = &[Self::Monday, Self::Sunday, Self::Saturday];

    /// The name on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Monday => "monday",
            Self::Sunday => "sunday",
            Self::Saturday => "saturday",
        }
    }

    /// The day itself.
    pub const fn weekday(self) -> jiff::civil::Weekday {
        match self {
            Self::Monday => jiff::civil::Weekday::Monday,
            Self::Sunday => jiff::civil::Weekday::Sunday,
            Self::Saturday => jiff::civil::Weekday::Saturday,
        }
    }
}

/// What an account may do beyond its own things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks after the instance: accounts, invitations. The first account is one.
    Admin,
    /// Everybody else.
    Member,
}

impl Role {
    /// The name on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }
}

/// A person's account, as they see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Account {
    /// Whose.
    pub id: AccountId,
    /// What they sign in with.
    pub email: Email,
    /// What they like to be called; may be empty.
    pub name: Name,
    /// Where they are: schedules in *my zone* follow it.
    pub zone: Zone,
    /// The language they read.
    pub locale: Locale,
    /// Where their week begins.
    pub week_start: WeekStart,
    /// What they may do.
    pub role: Role,
    /// Since when.
    #[serde(deserialize_with = "crate::wire::at")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// Goes up with each change; the `ETag` is made of it.
    pub revision: u64,
}

/// A new account. `zone` and `locale` are the browser's suggestion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// What they will sign in with.
    pub email: Email,
    /// Judged by the server: an easily guessed one is refused with `weak_password`.
    pub password: Password,
    /// What they like to be called.
    #[serde(default)]
    pub name: Name,
    /// Where they are.
    pub zone: Zone,
    /// The language they read.
    pub locale: Locale,
    /// Where their week begins; Monday when absent.
    #[serde(default)]
    pub week_start: WeekStart,
    /// From the link printed at the first start: needed for the first account only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup: Option<Token>,
    /// From an invitation's link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<Token>,
}

/// A change to an account: what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AccountChange {
    /// Another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// Another address to sign in with; it needs `current`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// The password in use, where the address becomes another: a borrowed browser must not be enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<Password>,
    /// Another zone; what lies in the past does not move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
    /// Another language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
    /// Another first day of the week.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub week_start: Option<WeekStart>,
}

impl AccountChange {
    /// Makes the change. Whether it is one: `false` when everything was so already.
    pub fn apply(self, account: &mut Account) -> bool {
        fn put<T: PartialEq>(slot: &mut T, value: Option<T>) -> bool {
            match value {
                Some(value) if value != *slot => {
                    *slot = value;
                    true
                }
                _ => false,
            }
        }
        // Not `||`: each must be put.
        put(&mut account.name, self.name)
            | put(&mut account.email, self.email)
            | put(&mut account.zone, self.zone)
            | put(&mut account.locale, self.locale)
            | put(&mut account.week_start, self.week_start)
    }
}

/// A new password. All other sessions end with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The one in use: a borrowed browser must not be enough.
    pub current: Password,
    /// The one to use from now on.
    pub new: Password,
}

/// A password, set by whoever has the link that the operator printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordReset {
    /// The token of the link.
    pub reset: Token,
    /// The one to use from now on.
    pub password: Password,
}

/// Who may create an account here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// Nobody has one yet: the next is the first, and admin.
    Setup,
    /// Whoever holds an invitation.
    Invite,
    /// Anybody.
    Open,
}

/// What an instance tells everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Instance {
    /// The server's version.
    pub version: String,
    /// Who may create an account.
    pub registration: Registration,
    /// Whether the first account needs the link that was printed at the start. Not from loopback.
    pub setup_needs_token: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mira() -> Account {
        Account {
            id: AccountId::mint(1, [1; 10]),
            email: Email::new("mira@example.org").unwrap(),
            name: Name::default(),
            zone: Zone::utc(),
            locale: Locale::En,
            week_start: WeekStart::Monday,
            role: Role::Admin,
            created_at: Timestamp::UNIX_EPOCH,
            revision: 1,
        }
    }

    #[test]
    fn a_change_changes_what_it_names_and_says_whether_it_did() {
        let mut account = mira();
        let change = AccountChange { zone: Some(Zone::new("Asia/Kathmandu").unwrap()), ..Default::default() };
        assert!(change.clone().apply(&mut account));
        assert_eq!(account.zone.as_str(), "Asia/Kathmandu");
        assert!(!change.apply(&mut account));
        assert_eq!(Account { zone: Zone::utc(), ..account }, mira());
    }

    #[test]
    fn what_a_change_does_not_name_is_not_on_the_wire() {
        let change = AccountChange { locale: Some(Locale::De), ..Default::default() };
        assert_eq!(serde_json::to_string(&change).unwrap(), r#"{"locale":"de"}"#);
        assert!(serde_json::from_str::<AccountChange>(r#"{"role":"admin"}"#).is_err());
    }

    #[test]
    fn a_region_does_not_change_the_language() {
        assert_eq!(Locale::of_tag("de-AT"), Some(Locale::De));
        assert_eq!(Locale::of_tag("EN"), Some(Locale::En));
        assert_eq!(Locale::of_tag("den"), None);
    }

    #[test]
    fn names_are_those_of_the_wire() {
        for day in WeekStart::ALL {
            assert_eq!(serde_json::to_string(day).unwrap(), format!("\"{}\"", day.as_str()));
        }
        for locale in Locale::ALL {
            assert_eq!(serde_json::to_string(locale).unwrap(), format!("\"{}\"", locale.as_str()));
        }
        for role in [Role::Admin, Role::Member] {
            assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{}\"", role.as_str()));
        }
    }
}
