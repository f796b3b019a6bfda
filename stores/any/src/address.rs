//! What a URL asks for.

use crate::OpenError;

/// A URL, by engine. The rest of it is the engine's own matter.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Address<'a> {
    Memory,
    Sqlite { path: &'a str },
    Postgres { url: &'a str },
    Redis { url: &'a str },
}

impl<'a> Address<'a> {
    pub(crate) fn read(url: &'a str) -> Result<Self, OpenError> {
        let (scheme, rest) = url.split_once(':').ok_or(OpenError::Scheme)?;
        match scheme {
            "memory" if rest.is_empty() => Ok(Self::Memory),
            "memory" => Err(OpenError::Memory),
            "sqlite" => match rest.strip_prefix("//").unwrap_or(rest) {
                "" | ":memory:" => Err(OpenError::SqlitePath),
                path if path.contains('?') => Err(OpenError::SqlitePath),
                path => Ok(Self::Sqlite { path }),
            },
            "postgres" | "postgresql" => Ok(Self::Postgres { url }),
            "redis" | "rediss" => Ok(Self::Redis { url }),
            _ => Err(OpenError::Scheme),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_engine_has_its_scheme() {
        let read = |url| Address::read(url).expect("an address");
        assert_eq!(read("memory:"), Address::Memory);
        let path = "data/dedup.sqlite";
        assert_eq!(read("sqlite:data/dedup.sqlite"), Address::Sqlite { path });
        assert_eq!(read("sqlite://data/dedup.sqlite"), Address::Sqlite { path });
        let path = "/var/lib/app/dedup.sqlite";
        assert_eq!(
            read("sqlite:/var/lib/app/dedup.sqlite"),
            Address::Sqlite { path }
        );
        for url in ["postgres://app@host/db", "postgresql://app@host/db"] {
            assert_eq!(read(url), Address::Postgres { url });
        }
        for url in ["redis://host/", "rediss://host/"] {
            assert_eq!(read(url), Address::Redis { url });
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for url in [
            "",
            "postgres",
            "mysql://host/",
            "memory:1000",
            "sqlite:",
            "sqlite::memory:",
            "sqlite:a?mode=ro",
        ] {
            assert!(Address::read(url).is_err(), "{url}");
        }
    }
}
