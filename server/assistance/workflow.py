"""Moves of first-asked questions, of helpers' jobs, and of the green channel."""

from __future__ import annotations

from server.assistance.errors import AssistCode
from server.assistance.rules import (
    AskMove,
    AskState,
    GreenMove,
    GreenState,
    JobMove,
    JobState,
)
from server.core.workflow import Apart, Given, Role, Row, Within, Workflow

FIRST_ASKED, RECEIVER, OFFICE = "first_asked", "receiver", "office"
HELPER, OPENER, HALL = "helper", "opener", "hall"
PROPOSER = "proposer"
WORDS, SIGNED = "words", "signed"
AUTHORISATION = "authorisation"

_R, _H, _T = AskState.RECORDED, AskState.HANDED_OVER, AskState.TAKEN
FIRST_ASK = Workflow(
    "first_ask",
    AssistCode.FIRST_ASK_STATE,
    (
        Row(AskMove.RECORD, frozenset[AskState](), (_R,)),
        Row(
            AskMove.HAND_OVER,
            frozenset({_R}),
            (_H,),
            (),
            (Role(AssistCode.FIRST_ASK_PARTY, (FIRST_ASKED, OFFICE)),),
        ),
        Row(
            AskMove.HAND_OVER,
            frozenset({_H, _T}),
            (_H,),
            (),
            (
                Role(AssistCode.FIRST_ASK_PARTY, (RECEIVER, OFFICE)),
                Given(AssistCode.FIRST_ASK_WORDS, WORDS),
            ),
        ),
        Row(
            AskMove.TAKE,
            frozenset({_H}),
            (_T,),
            (),
            (Role(AssistCode.FIRST_ASK_PARTY, (RECEIVER,)),),
        ),
        Row(
            AskMove.ANSWER,
            frozenset({_R}),
            (AskState.ENDED,),
            (),
            (
                Role(AssistCode.FIRST_ASK_PARTY, (FIRST_ASKED,)),
                Given(AssistCode.FIRST_ASK_WORDS, WORDS),
            ),
        ),
        Row(
            AskMove.ANSWER,
            frozenset({_T}),
            (AskState.ENDED,),
            (),
            (
                Role(AssistCode.FIRST_ASK_PARTY, (RECEIVER,)),
                Given(AssistCode.FIRST_ASK_WORDS, WORDS),
            ),
        ),
    ),
)

_BY_HELPER = Role(AssistCode.HELPER_PARTY, (HELPER,))
_WORDS = Given(AssistCode.HELPER_WORDS, WORDS)
_IN_FORCE = Within(AssistCode.HELPER_OVER, AUTHORISATION)
_D = JobState.DOING
HELPED = frozenset({JobState.ENTRUSTED, JobState.ACCEPTED, _D, JobState.DELIVERED, JobState.FILED})
"""States in which the next step is the helper's."""
HELPER_JOB = Workflow(
    "helper_job",
    AssistCode.HELPER_STATE,
    (
        Row(JobMove.ENTRUST, frozenset[JobState](), (JobState.ENTRUSTED,)),
        Row(
            JobMove.ACCEPT,
            frozenset({JobState.ENTRUSTED}),
            (JobState.ACCEPTED,),
            (),
            (_BY_HELPER, _IN_FORCE, Given(AssistCode.HELPER_SIGNED, SIGNED)),
        ),
        Row(
            JobMove.DO,
            frozenset({JobState.ACCEPTED, _D}),
            (_D,),
            (),
            (_BY_HELPER, _IN_FORCE, _WORDS),
        ),
        Row(
            JobMove.DELIVER,
            frozenset({_D}),
            (JobState.DELIVERED,),
            (),
            (_BY_HELPER, _WORDS),
        ),
        Row(
            JobMove.FILE,
            frozenset({JobState.DELIVERED}),
            (JobState.FILED,),
            (),
            (_BY_HELPER,),
        ),
        Row(
            JobMove.REPORT,
            frozenset({JobState.FILED}),
            (JobState.REPORTED,),
            (),
            (_BY_HELPER, _WORDS),
        ),
        Row(
            JobMove.CALL_BACK,
            frozenset({JobState.REPORTED}),
            (JobState.ENDED,),
            (),
            (
                Role(AssistCode.HELPER_PARTY, (OFFICE,)),
                Apart(AssistCode.HELPER_SELF, (HELPER,)),
                _WORDS,
            ),
        ),
        Row(
            JobMove.REVOKE,
            frozenset({JobState.ENTRUSTED, JobState.ACCEPTED, _D, JobState.LEFT}),
            (JobState.REVOKED,),
            (),
            (Role(AssistCode.HELPER_PARTY, (HELPER, OPENER, OFFICE)), _WORDS),
        ),
        Row(
            JobMove.LEAVE,
            HELPED,
            (JobState.LEFT,),
            (),
            (Role(AssistCode.HELPER_PARTY, (HALL,)),),
        ),
        Row(
            JobMove.HAND_ON,
            frozenset({JobState.LEFT}),
            (JobState.HANDED_ON,),
            (),
            (Role(AssistCode.HELPER_PARTY, (OPENER, OFFICE)), _WORDS),
        ),
    ),
)

_REASON = Given(AssistCode.GREEN_WORDS, WORDS)
_BY_OFFICE = Role(AssistCode.GREEN_OFFICE, (OFFICE,))
GREEN = Workflow(
    "green_channel",
    AssistCode.GREEN_STATE,
    (
        Row(
            GreenMove.PROPOSE,
            frozenset[GreenState](),
            (GreenState.PROPOSED,),
            (),
            (_REASON,),
        ),
        Row(
            GreenMove.PROPOSE,
            frozenset({GreenState.REFUSED, GreenState.LIFTED}),
            (GreenState.PROPOSED,),
            (),
            (_REASON,),
        ),
        Row(
            GreenMove.GRANT,
            frozenset({GreenState.PROPOSED}),
            (GreenState.GRANTED,),
            (),
            (_BY_OFFICE, Apart(AssistCode.GREEN_SECOND, (PROPOSER,))),
        ),
        Row(
            GreenMove.REFUSE,
            frozenset({GreenState.PROPOSED}),
            (GreenState.REFUSED,),
            (),
            (_BY_OFFICE, _REASON),
        ),
        Row(
            GreenMove.LIFT,
            frozenset({GreenState.GRANTED}),
            (GreenState.LIFTED,),
            (),
            (_BY_OFFICE, _REASON),
        ),
    ),
)
WORKFLOWS = (FIRST_ASK, HELPER_JOB, GREEN)
