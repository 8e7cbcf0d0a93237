//! How reads are printed.

use std::fmt;

use super::display::line;
use super::{FollowedPage, Found, OldToken, Read, Search};

/// `12.345 s to 12.360 s, client 3: read chat 1 of application 1 after 4: 5 to 57, 59`
impl fmt::Display for FollowedPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        line(f, self.start, self.end, self.client)?;
        write!(f, "read {} after {}: {}", self.chat, self.after, Numbers(&self.numbers))
    }
}

impl fmt::Display for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        line(f, self.start, self.end, self.client)?;
        write!(f, "search {:?} in {}: {}", self.text, self.chat, Numbers(&self.hits))
    }
}

impl fmt::Display for Read {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        line(f, self.start, self.end, self.client)?;
        match &self.found {
            Found::Body(body) => write!(f, "read {}: {body:?}", self.message),
            Found::Nothing { code } => write!(f, "read {}: {code}", self.message),
        }
    }
}

impl fmt::Display for OldToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        line(f, self.start, self.end, self.client)?;
        let outcome = if self.is_accepted { "accepted" } else { "refused" };
        let replaced = self.replaced.as_secs_f64();
        write!(f, "use the token of {} that was replaced at {replaced:.3} s: {outcome}", self.application)
    }
}

/// Numbers in their order, each run of consecutive ones as its ends.
struct Numbers<'n>(&'n [u64]);

impl fmt::Display for Numbers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("nothing");
        }
        let runs = self.0.chunk_by(|one, two| one.checked_add(1) == Some(*two));
        for (position, run) in runs.enumerate() {
            let separator = if position > 0 { ", " } else { "" };
            match run {
                [first, .., last] => write!(f, "{separator}{first} to {last}")?,
                [only] => write!(f, "{separator}{only}")?,
                [] => {}
            }
        }
        Ok(())
    }
}
