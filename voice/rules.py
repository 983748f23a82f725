"""The figures of turn taking. They go into the journal with the call, so that a replay uses the same."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    ring_s: float = 1.5  # one ring; long enough to synthesize the greeting
    preroll_s: float = 0.2  # a soft first consonant lies before the sample at which speech was detected

    partial_every_s: float = 0.7  # a partial takes 0.2 to 0.3 s of one of two cores
    first_partial_s: float = 0.6  # less sound than this is seldom recognised right
    piece_s: float = 8.0  # a piece this long is settled at a pause instead of being recognised again
    longest_piece_s: float = 22.0  # the recogniser's window is 30 s
    tail_patience_s: float = 2.5  # beyond that the last partial has to do
    unheard_turn_s: float = 0.4  # speech this long deserves an answer even if the recogniser failed

    judge_patience_s: float = 0.45  # the language model tells in 0.1 to 0.4 s whether a text is complete
    speculate_after_s: float = 0.2  # pauses between words are shorter
    longest_silence_s: float = 3.0  # after this the turn is over, whatever the witnesses say
    merge_s: float = 0.3  # speech this soon after the answer's start is the same turn going on
    merges: int = 2  # a third time it is an interruption, so that the customer gets a word in

    barge_in_s: float = 0.6  # longer than a hum, which people keep under half a second; 80 ms tell that it is over
    barge_in_heard_s: float = 0.75  # the same while its recognition is under way, so that a long "mm-hm" can be told
    barge_in_words: int = 2  # recognised words that take the floor
    barge_in_worded_s: float = 0.5  # once there is so much sound: "how much?" is heard in the first half of a hum
    backchannel_s: float = 1.2  # even "yeah, yeah, right" is over by then
    last_word_s: float = 0.3  # what is left of an answer that doesn't give way any more
    go_on_after_s: float = 0.4  # a customer who gave way to "okay" waits for the "one more thing" behind it
    answer_s: float = 0.6  # "yes" this shortly before the customer's end answers them; it doesn't keep them going
    overlap_partial_s: float = 0.25  # enough sound to tell "mm-hm" from a word; partials over the customer follow so
    echo_tail_s: float = 0.3  # an echo ends with its source, but for the room and the line
    warm_up_s: float = 3.0  # a browser's echo canceller has converged after so much of the customer's sound
    echo_patience_s: float = 2.5  # under suspicion of echo, speech without recognised words takes the floor after this

    writer_patience_s: float = 8.0  # the slowest first clause measured took 3 s
    mouth_patience_s: float = 6.0  # a clause takes 0.3 s, and 2 s on a busy machine
    decide_patience_s: float = 3.0  # a decision takes 30 ms
    ack_patience_s: float = 1.5  # a client reports every 0.1 s; a device's buffer adds up to 0.5 s

    silence_s: tuple[float, ...] = (7.0, 7.0, 8.0)  # before each "Hello?"; people bear about this much on the phone
    give_up_s: float = 8.0  # after the last of them

    monologue_s: float = 45.0  # a minute without a breath is where listeners are lost
    monologue_again_s: float = 20.0  # the customer chose to let them go on
    cut_in_s: float = 1.5  # the learner needs that long to notice that they are being cut in on

    held_s: float = 15.0
    resend_s: float = 2.5  # a line back this soon goes on where it was
