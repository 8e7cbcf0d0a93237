//! Writes arrive when the scenario says.

use std::time::Duration;

use simulation::run::run;
use simulation::scenario::Scenario;
use simulation::trace::Trace;

#[test]
fn writes_arrive_at_the_rate_of_their_scenario() {
    let scenario = Scenario::named("steady", 1, Some(300)).unwrap();
    let run = run(&scenario, 1, Trace::default(), &mut |_| {}).unwrap();
    let last = run.history.operations.iter().map(|operation| operation.start).max().unwrap();
    // 1,000 a second, at random times.
    assert!((Duration::from_millis(250)..Duration::from_millis(350)).contains(&last), "{last:?}");
}
