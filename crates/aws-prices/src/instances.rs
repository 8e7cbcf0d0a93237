use crate::HOURS_PER_MONTH;

/// An instance that is billed by the hour, whether it works or not.
#[derive(Debug, Clone, Copy)]
pub struct Instance {
    pub name: &'static str,
    /// USD an hour, Linux, one availability zone, without storage.
    pub hour: f64,
    /// The page of AWS that lists the price. docs/cost.md says where we read it.
    pub source: &'static str,
}

impl Instance {
    #[must_use]
    pub fn month(&self) -> f64 {
        self.hour * HOURS_PER_MONTH
    }
}

/// What a conventional chat store runs on.
#[derive(Debug, Clone, Copy)]
pub struct Servers {
    /// There are two of them.
    pub application: Instance,
    /// MySQL on Amazon RDS.
    pub database: Instance,
    /// Redis OSS on Amazon ElastiCache.
    pub cache: Instance,
    /// A domain of Amazon OpenSearch Service.
    pub search: Instance,
}

const EC2: &str = "\"Amazon EC2 On-Demand Pricing\"";
const RDS: &str = "\"Amazon RDS for MySQL Pricing\"";
const ELASTICACHE: &str = "\"Amazon ElastiCache Pricing\"";
const OPENSEARCH: &str = "\"Amazon OpenSearch Service Pricing\"";

impl Servers {
    /// The smallest instances that are reasonable for production.
    pub const SMALL: Self = Self {
        application: Instance { name: "t4g.small", hour: 0.0168, source: EC2 },
        database: Instance { name: "db.t4g.medium", hour: 0.065, source: RDS },
        cache: Instance { name: "cache.t4g.small", hour: 0.032, source: ELASTICACHE },
        search: Instance { name: "t3.small.search", hour: 0.036, source: OPENSEARCH },
    };

    /// Instances without a limit on how long they may be busy, except for the cache.
    pub const LARGE: Self = Self {
        application: Instance { name: "m7g.large", hour: 0.0816, source: EC2 },
        database: Instance { name: "db.m7g.large", hour: 0.168, source: RDS },
        cache: Instance { name: "cache.t4g.medium", hour: 0.065, source: ELASTICACHE },
        search: Instance { name: "m6g.large.search", hour: 0.128, source: OPENSEARCH },
    };

    /// USD a month.
    #[must_use]
    pub fn month(&self) -> f64 {
        2.0 * self.application.month() + self.database.month() + self.cache.month() + self.search.month()
    }
}
