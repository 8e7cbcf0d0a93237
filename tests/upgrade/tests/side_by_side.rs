//! Two releases run side by side while one replaces the other, function by function. Nothing is lost, and searches are never wrong.

use deployment_template::Function;
use end_to_end::template;
use upgrade::{HeldUp, Load, Programs, Release, dead_letters, forget_index, groups};

/// Replaces the functions of one group after the other. Each state in between lasts until every client has gone a whole round.
async fn replace(
    programs: &mut Programs,
    groups: impl Iterator<Item = &Vec<Function>>,
    release: Release,
    load: &Load,
) {
    for group in groups {
        let names: Vec<&str> = group.iter().map(|function| function.name.as_str()).collect();
        println!("{release:?}: {}", names.join(", "));
        // What persist cannot index, it leaves to reindex, which may be of the other release.
        let held_up = if names.contains(&"persist") { Some(HeldUp::begin().await) } else { None };
        for function in group {
            programs.replace(function, release).await;
        }
        if let Some(held_up) = held_up {
            held_up.end().await;
        }
        load.rounds().await;
        programs.observe().await;
    }
}

#[tokio::test]
async fn a_release_and_the_former_one_replace_each_other_under_load() {
    let mut groups = groups(template().functions.clone());
    let mut programs = Programs::find().await;
    let buried = dead_letters().await;

    // A rollback, on the index of the present release: those that send to a queue first.
    Load::during(async |load| {
        programs.observe().await;
        replace(&mut programs, groups.iter().rev(), Release::Former, load).await;
    })
    .await;

    // The former release has an index of its own, and no row about it.
    forget_index().await;
    // In new processes, since those that run remember the index.
    for function in groups.iter().flatten() {
        programs.replace(function, Release::Former).await;
    }
    Load::during(async |load| {
        replace(&mut programs, groups.iter(), Release::Present, load).await;
        // A deployment of the former template has this order, too.
        replace(&mut programs, groups.iter(), Release::Former, load).await;
        // Those without an order first.
        groups.rotate_right(1);
        replace(&mut programs, groups.iter(), Release::Present, load).await;
    })
    .await;

    programs.expect_all_seen();
    assert_eq!(dead_letters().await, buried, "records were buried");
}
