use futures_util::FutureExt;
use proptest::prelude::*;

use super::*;
use crate::fake::FakeTables;
use crate::fake::samples::{application_id, chat_id, create_message, delete_message};
use crate::ports::{ReadMessages, StoreMessages};
use crate::{CreateMessage, Limit};

/// The rows that a page at 100 s shows, of rows with a number and the second of their creation.
fn shown(order: Order, after: Option<u64>, rows: &[(u64, Option<i64>)]) -> Vec<u64> {
    let after = after.map(|after| MessageNumber::new(after).unwrap());
    let page = PageRequest { limit: Limit::default(), order, after };
    let mut gaps = GapCheck::new(&page, Timestamp::from_millis(100_000));
    let is_admitted = |row: &&(u64, Option<i64>)| {
        let created_at = row.1.map(|second| Timestamp::from_millis(second * 1_000));
        gaps.admits(MessageNumber::new(row.0).unwrap(), created_at)
    };
    rows.iter().take_while(is_admitted).map(|row| row.0).collect()
}

fn ascending(after: Option<u64>, rows: &[(u64, Option<i64>)]) -> Vec<u64> {
    shown(Order::Ascending, after, rows)
}

#[test]
fn a_page_without_gaps_shows_everything() {
    assert_eq!(ascending(None, &[(1, Some(99)), (2, Some(100))]), [1, 2]);
    assert_eq!(ascending(Some(7), &[(8, Some(100))]), [8]);
}

#[test]
fn a_page_ends_before_a_young_message_above_a_gap() {
    assert_eq!(ascending(None, &[(1, Some(99)), (3, Some(99)), (4, Some(99))]), [1]);
    assert_eq!(ascending(None, &[(2, Some(99))]), [0; 0], "the first number is a gap");
    assert_eq!(ascending(Some(7), &[(9, Some(99))]), [0; 0]);
    assert_eq!(ascending(None, &[(2, Some(101))]), [0; 0], "another clock is ahead");
}

#[test]
fn a_gap_delays_what_is_above_it_for_a_minute() {
    assert_eq!(ascending(None, &[(2, Some(41))]), [0; 0]);
    assert_eq!(ascending(None, &[(2, Some(40))]), [2]);
    let above = [(2, Some(40)), (3, Some(99)), (5, Some(99))];
    assert_eq!(ascending(None, &above), [2, 3], "the first gap delays nothing any more");
}

#[test]
fn a_tombstone_is_no_gap() {
    assert_eq!(ascending(None, &[(1, None), (2, Some(99))]), [1, 2]);
    assert_eq!(ascending(None, &[(2, None), (3, Some(99))]), [2], "it does not tell how old the gap is");
    assert_eq!(ascending(None, &[(2, Some(40)), (3, Some(99))]), [2, 3], "it tells");
}

#[test]
fn descending_pages_show_everything() {
    assert_eq!(shown(Order::Descending, None, &[(3, Some(99)), (1, Some(99))]), [3, 1]);
}

/// A message: how long after the one before it was created, and how long after its creation it was stored and deleted, if
/// it was. In milliseconds.
type Life = (i64, Option<i64>, Option<i64>);

fn life() -> impl Strategy<Value = Life> {
    let delay = || prop_oneof![3 => 0_i64..2_000, 1 => 0_i64..60_000, 1 => 0_i64..200_000];
    (0_i64..40_000, prop::option::weighted(0.9, delay()), prop::option::weighted(0.2, delay()))
}

proptest! {
    #[test]
    fn a_follower_sees_what_is_stored_within_a_minute(
        lives in prop::collection::vec(life(), 1..30),
        limit in 1_u8..5,
        pauses in prop::collection::vec(1_i64..30_000, 1..5),
    ) {
        let (tables, chat) = (FakeTables::default(), chat_id(&application_id(), 1));
        let mut events = Vec::new();
        let mut expected = Vec::new();
        let mut at = 0;
        for (number, (pause, stored, deleted)) in (1..).zip(&lives) {
            at += pause;
            let created_at = Timestamp::from_millis(at);
            let Some(delay) = stored else { continue };
            events.push((at + delay, CreateMessage { at: created_at, ..create_message(&chat, number, number, "x") }, false));
            if let Some(later) = deleted {
                let write = create_message(&chat, number, 100 + number, "x");
                events.push((at + delay + later, write, true));
            } else if *delay <= 60_000 {
                expected.push(number);
            }
        }
        events.sort_by_key(|(at, ..)| *at);
        let end = events.last().map_or(0, |(at, ..)| *at) + 60_000;

        let mut seen = Vec::new();
        let (mut now, mut after) = (0, None);
        let mut events = events.into_iter().peekable();
        for pause in pauses.iter().cycle() {
            while let Some((_, write, is_deletion)) = events.next_if(|(at, ..)| *at <= now) {
                if is_deletion {
                    let write = delete_message(&chat, write.id.message.get(), write.revision.get());
                    tables.delete(&write).now_or_never().unwrap().unwrap();
                } else {
                    tables.create(&write).now_or_never().unwrap().unwrap();
                }
            }
            let page = PageRequest { limit: Limit::new(limit).unwrap(), order: Order::Ascending, after };
            let found = tables.messages(&chat, &page, Timestamp::from_millis(now)).now_or_never();
            let found = found.unwrap().unwrap();
            if found.items.is_empty() && now > end {
                break;
            }
            seen.extend(found.items.iter().map(|message| message.number.get()));
            after = found.next.or(found.items.last().map(|message| message.number)).or(after);
            now += pause;
        }
        prop_assert!(seen.is_sorted_by(|one, two| one < two), "{seen:?}");
        let missed: Vec<_> = expected.iter().filter(|number| !seen.contains(number)).collect();
        prop_assert!(missed.is_empty(), "missed {missed:?} in {seen:?}");
    }
}
