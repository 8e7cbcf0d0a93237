use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What the account takes from all APIs in a region together: requests a second, and the largest burst.
/// Source: "Amazon API Gateway quotas" in the developer guide.
const ACCOUNT: Limit = Limit { rate: 10_000.0, burst: 5_000.0 };

/// A rate in requests a second, and the largest burst.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    pub(super) rate: f64,
    pub(super) burst: f64,
}

/// A token bucket: each request takes a token.
#[derive(Debug)]
struct Bucket {
    limit: Limit,
    tokens: f64,
    at: Duration,
}

impl Bucket {
    fn full(limit: Limit, at: Duration) -> Self {
        Self { limit, tokens: limit.burst, at }
    }

    fn admits(&mut self, now: Duration) -> bool {
        let Limit { rate, burst } = self.limit;
        self.tokens = (self.tokens + rate * now.saturating_sub(self.at).as_secs_f64()).min(burst);
        self.at = now;
        let admits = self.tokens >= 1.0;
        if admits {
            self.tokens -= 1.0;
        }
        admits
    }
}

/// Limits the requests of each route and of the account.
#[derive(Debug)]
pub(super) struct Throttle {
    limit: Limit,
    buckets: Mutex<Buckets>,
}

#[derive(Debug)]
struct Buckets {
    routes: HashMap<String, Bucket>,
    account: Bucket,
}

impl Throttle {
    /// `limit` is that of each route.
    pub(super) fn new(limit: Limit) -> Self {
        let buckets = Buckets { routes: HashMap::new(), account: Bucket::full(ACCOUNT, Duration::ZERO) };
        Self { limit, buckets: Mutex::new(buckets) }
    }

    /// Whether the route takes one more request, and then the account.
    /// Source: "How throttling limit settings are applied in API Gateway" in "Throttle requests to your REST APIs for
    /// better throughput in API Gateway" in the developer guide.
    pub(super) fn admits(&self, route: &str, now: Duration) -> bool {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let Buckets { routes, account } = &mut *buckets;
        if !routes.contains_key(route) {
            routes.insert(route.to_owned(), Bucket::full(self.limit, now));
        }
        routes.get_mut(route).is_some_and(|bucket| bucket.admits(now)) && account.admits(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of this many requests at `now` are admitted.
    fn admitted(throttle: &Throttle, route: &str, requests: u32, now: Duration) -> usize {
        (0..requests).filter(|_| throttle.admits(route, now)).count()
    }

    #[test]
    fn a_route_takes_a_burst_and_then_its_rate() {
        let throttle = Throttle::new(Limit { rate: 100.0, burst: 50.0 });
        assert_eq!(admitted(&throttle, "GET /a", 80, Duration::ZERO), 50);
        assert_eq!(admitted(&throttle, "GET /b", 80, Duration::ZERO), 50);
        assert_eq!(admitted(&throttle, "GET /a", 80, Duration::from_millis(200)), 20);
        assert_eq!(admitted(&throttle, "GET /a", 80, Duration::from_mins(1)), 50);
    }

    #[test]
    fn all_routes_share_what_the_account_takes() {
        let throttle = Throttle::new(Limit { rate: 9_000.0, burst: 4_000.0 });
        let both = |now| ["GET /a", "GET /b"].map(|route| admitted(&throttle, route, 4_000, now));
        assert_eq!(both(Duration::ZERO), [4_000, 1_000]);
        assert_eq!(both(Duration::from_millis(100)), [900, 100]);
    }
}
