"""The grammar knows what Twilio knows, and can tell what it does not."""

from __future__ import annotations

import pytest
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from tests.voice.grammar import check, every_name, inside

SAY = '<Say voice="Polly.Joanna" language="en-US">{}</Say>'
GATHER = (
    '<Gather input="dtmf speech" action="/voice/turn?step=1&amp;silences=0" method="POST" timeout="10" numDigits="1"'
    ' finishOnKey="" speechTimeout="3" language="en-US" profanityFilter="false" actionOnEmptyResult="true">{}</Gather>'
)
GOOD = f"<Response>{GATHER.format(SAY.format('What do you need?'))}</Response>"


def response(inner: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{inner}</Response>'


def test_what_we_send_is_known():
    number = '<Number url="/voice/screen">+12025550198</Number>'
    slow = SAY.format(
        '<prosody rate="80%">Slowly.<break time="1s"/> <say-as interpret-as="digits">5</say-as></prosody>'
    )
    chinese = '<Say voice="Polly.Zhiyu" language="cmn-CN">您需要什么?</Say>'
    assert check(GOOD) == []
    assert (
        check(response(f'<Dial action="/voice/dialled?step=2" timeout="20" answerOnBridge="true">{number}</Dial>'))
        == []
    )
    assert check(response(slow + chinese + '<Pause length="2"/><Record action="/r" maxLength="120"/><Hangup/>')) == []
    assert check(response("<Redirect method='POST'>/voice/turn?step=1&amp;silences=0</Redirect>")) == []
    assert check(response(SAY.format('<lang xml:lang="es-US">Hola</lang>'))) == []
    assert check("<Response/>") == []


def test_what_the_sdk_itself_writes_is_known():
    made = VoiceResponse()
    prompt = made.gather(
        input="dtmf speech", timeout=10, finish_on_key="", language="es-US",
        profanity_filter=False, action_on_empty_result=True, hints="comida",
    )  # fmt: skip
    prompt.say("Hola", voice="Polly.Lupe", language="es-US").break_(time="1s")
    made.dial(caller_id="+12025550199").number("+12025550198", url="/voice/screen")
    assert check(str(made)) == []


def test_the_words_come_from_the_sdk():
    assert set(inside(Gather)) == {"Say", "Pause", "Play"}
    assert {"Number", "Sip", "Client", "Conference"} <= set(inside(Dial))
    assert "actionOnEmptyResult" in inside(VoiceResponse)["Gather"].attributes
    assert {"Response", "prosody", "say-as", "SipUri", "Sms"} - every_name() == {"SipUri"}


@pytest.mark.parametrize(
    ("inner", "fault"),
    [
        ("<Speak>hello</Speak>", "Response: Twilio knows no <Speak>"),
        ("<hangup/>", "Response: Twilio knows no <hangup>"),
        ("<Number>+12025550198</Number>", "Response: <Number> does not go into <Response>"),
        (GATHER.format("<Hangup/>"), "Response/Gather: <Hangup> does not go into <Gather>"),
        (GATHER.format(SAY.format("a<Pause/>")), "Response/Gather/Say: <Pause> does not go into <Say>"),
        ('<Pause seconds="2"/>', "Response/Pause: no attribute seconds"),
        ('<Redirect voice="x">/a</Redirect>', "Response/Redirect: no attribute voice"),
        (SAY.format('<prosody speed="80%">a</prosody>'), "Response/Say/prosody: no attribute speed"),
        ("<Redirect/>", "Response/Redirect: names nothing to go to"),
        ("<Dial><Number/></Dial>", "Response/Dial/Number: names nothing to go to"),
        ("hello", "Response: takes no text"),
        (GATHER.format("hello"), "Response/Gather: takes no text"),
        ("<Hangup>now</Hangup>", "Response/Hangup: takes no text"),
        (GATHER.format("") + "bye", "Response: takes no text"),
        ('<Say language="en-US">hello</Say>', "Response/Say: no voice"),
        ('<Say voice="Polly.Joanna">hello</Say>', "Response/Say: no language"),
        (SAY.format(""), "Response/Say: 0 characters to say, 1 to 3000 can be"),
        (SAY.format("好" * 3001), "Response/Say: 3001 characters to say, 1 to 3000 can be"),
        (SAY.format("<s>" + "a" * 3001 + "</s>"), "Response/Say: 3001 characters to say, 1 to 3000 can be"),
        (SAY.format("a&#x85;b"), "Response/Say: control character in the text"),
        ('<Redirect method="P&#x85;">/a</Redirect>', "Response/Redirect: control character in method"),
    ],
)
def test_one_fault_is_named_with_its_place(inner, fault):
    assert check(response(inner)) == [fault]


def test_a_say_of_the_longest_length_is_allowed():
    assert check(response(SAY.format("a" * 3000))) == []


@pytest.mark.parametrize(
    ("good", "bad", "fault"),
    [
        (' timeout="10"', ' timeout="9"', "timeout is 9, at least 10 is needed"),
        (' timeout="10"', "", "timeout is not given, at least 10 is needed"),
        (' timeout="10"', ' timeout="auto"', "timeout is auto, at least 10 is needed"),
        (' finishOnKey=""', "", 'finishOnKey is not ""'),
        (' finishOnKey=""', ' finishOnKey="#"', 'finishOnKey is not ""'),
        (' actionOnEmptyResult="true"', "", 'actionOnEmptyResult is not "true"'),
        (' actionOnEmptyResult="true"', ' actionOnEmptyResult="false"', 'actionOnEmptyResult is not "true"'),
        (' profanityFilter="false"', "", 'profanityFilter is not "false"'),
        ('speechTimeout="3" language="en-US"', 'speechTimeout="3"', "no language"),
        (' input="dtmf speech"', ' input="dtmf"', 'input is not "dtmf speech"'),
        (' input="dtmf speech"', "", 'input is not "dtmf speech"'),
    ],
)
def test_a_prompt_that_would_cut_the_caller_short_is_named(good, bad, fault):
    assert good in GOOD
    assert check(GOOD.replace(good, bad, 1)) == [f"Response/Gather: {fault}"]


def test_a_number_that_is_keyed_in_ends_with_a_key_and_nothing_else_does():
    number = GOOD.replace('numDigits="1"', 'numDigits="15"')
    assert check(number) == ['Response/Gather: finishOnKey is not "#"']
    assert check(number.replace('finishOnKey=""', 'finishOnKey="#"')) == []


@pytest.mark.parametrize(
    "twiml",
    ["", "not XML", "<Response>", "<Response><Say>a & b</Say></Response>", "<Response>&#7;</Response>", "<a/><b/>"],
)
def test_malformed_xml_is_named(twiml):
    (fault,) = check(twiml)
    assert fault.startswith("malformed XML: ")


def test_another_root_is_named():
    assert check("<response/>") == ["the root is <response>, not <Response>"]
    assert check('<Response voice="x"/>') == ["Response: no attribute voice"]


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x9f"])
def test_control_characters_are_named(character):
    assert f"control character U+{ord(character):04X}" in check(response(SAY.format(f"a{character}b")))


def test_half_a_surrogate_pair_is_named_and_does_not_break_the_check():
    assert check(response(SAY.format("a\ud800b")))[0].startswith("malformed XML: ")


def test_each_of_several_faults_is_named():
    assert len(check(response('<Speak/><Pause seconds="1"/><Say>a</Say>'))) == 4
