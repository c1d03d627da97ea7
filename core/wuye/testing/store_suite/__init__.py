"""What every store must do: statements about `wuye.sync.ports.Store`, for whoever writes another one.

Each function of `STATEMENTS` takes an empty store made for `wuye.testing.store_suite.world.registry` and raises
`AssertionError` when the store breaks its promise.
"""

from collections.abc import Callable

from wuye.sync.ports import Store
from wuye.testing.store_suite import blobs, concurrency, feed, logs, records

STATEMENTS: tuple[Callable[[Store], None], ...] = (
    records.a_written_record_is_read_as_it_was_written,
    records.finds_agree_with_the_records,
    records.a_unit_sees_what_it_wrote,
    records.a_failed_unit_leaves_nothing,
    records.sites_know_nothing_of_each_other,
    records.a_stamp_tells_when_any_of_some_entities_changed,
    records.entities_are_listed_without_the_dead,
    records.a_unit_writes_at_its_own_site_only,
    feed.the_feed_holds_the_latest_news_of_each_record_in_each_bucket,
    feed.a_page_is_in_order_and_never_splits_a_seq,
    feed.a_page_ends_where_the_reader_says,
    feed.a_feed_row_carries_the_body_that_was_written,
    feed.many_buckets_are_read_at_once,
    feed.sums_agree_with_the_rows,
    feed.old_marks_are_purged_and_the_floor_rises,
    logs.the_ledger_is_a_chain_that_keeps_every_row,
    logs.a_ledger_position_is_written_once,
    logs.an_op_is_found_with_its_newest_outcome,
    logs.touches_name_the_last_writer_of_each_field,
    logs.logs_are_kept_by_site_and_replica,
    logs.held_ops_wait_until_released,
    logs.numbers_and_balances_start_at_nothing,
    logs.events_wait_until_forgotten,
    logs.the_installation_is_named,
    logs.bucket_sets_are_remembered,
    blobs.a_reference_counts_once_its_author_has_the_bytes,
    blobs.references_follow_their_record,
    blobs.what_no_record_shows_is_kept_for_nobody,
    blobs.uploads_are_counted_by_user,
    blobs.files_go_when_nothing_has_referred_to_them_for_long,
    blobs.uploads_that_nobody_goes_on_with_are_found,
    blobs.what_has_not_come_is_missed_where_nobody_s_word_is_good,
    blobs.a_failed_unit_leaves_no_trace_of_files,
    concurrency.a_failing_unit_takes_nothing_of_its_neighbours_with_it,
    concurrency.a_reader_sees_one_moment,
    concurrency.a_late_commit_is_never_skipped,
    concurrency.no_reader_skips_anything_while_many_write,
)
