"""What Twilio posts, and what we make of it."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from core.db.models.outgoing import Delivery
from core.messages import Channel, Media, OptOut

ROSE = "+12025550181"
SID = "SM0123456789abcdef0123456789abcdef"


def text(body: str, **more: str) -> dict[str, str]:
    return {"MessageSid": SID, "From": ROSE, "To": "+12025550100", "Body": body, "NumMedia": "0", "City": ""} | more


def test_a_text_reaches_the_desk_and_is_answered_with_empty_twiml(twilio, desk, now):
    answer = twilio.post("/sms/inbound", text("wot day dus the lunch club meat"))
    assert answer.status_code == 200
    assert answer.mimetype == "text/xml"
    assert answer.text.endswith("<Response/>")
    (inbound,) = desk.received
    assert (inbound.channel, inbound.address, inbound.provider_id) == (Channel.SMS, ROSE, SID)
    assert (inbound.text, inbound.received_at) == ("wot day dus the lunch club meat", now)
    assert inbound.opt_out is None


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("", ""),
        ("  hello \r\n", "hello"),
        ("🙏🏽 danke", "🙏🏽 danke"),
        ("我要去医院", "我要去医院"),
        ("a\x00b\x07c", "abc"),
        ("x" * 10_000, "x" * 10_000),
        ("🙏" * 10_000, "🙏" * 10_000),
        ("y" * 12_000, "y" * 10_000),
    ],
    ids=["empty", "blank around", "emoji", "chinese", "nul", "10,000", "10,000 emoji", "more than is kept"],
)
def test_any_words_are_taken_and_cleaned(twilio, desk, sent, kept):
    assert twilio.post("/sms/inbound", text(sent)).status_code == 200
    assert desk.received[0].text == kept


def test_bytes_that_are_no_unicode_do_not_come_through_as_surrogates(twilio_at, desk):
    twilio = twilio_at("https://help.example.org")
    form = text("help me %ED%A0%80")  # what the framework leaves of half a surrogate pair
    body = urlencode(form).replace("%25ED%25A0%2580", "%ED%A0%80")
    signature = _sign("https://help.example.org/sms/inbound", form)
    assert twilio.raw("/sms/inbound", body, X_Twilio_Signature=signature).status_code == 200
    assert desk.received[0].text == "help me %ED%A0%80"


def test_more_than_any_phone_can_send_is_refused(twilio, desk):
    assert twilio.post("/sms/inbound", text("x" * 300_000)).status_code == 413
    assert desk.received == []


@pytest.mark.parametrize(
    "broken",
    [
        {"MessageSid": ""},
        {"MessageSid": "../../etc"},
        {"From": ""},
        {"From": "whatsapp:+12025550181"},
        {"From": "ALERTS"},
        {"NumMedia": "many"},
        {"NumMedia": "11"},
        {"NumMedia": "-1"},
    ],
)
def test_a_form_that_is_no_text_message_is_refused_with_the_field_but_not_its_content(twilio, desk, broken):
    answer = twilio.post("/sms/inbound", text("secret words") | broken)
    assert answer.status_code == 400
    assert next(iter(broken)) in answer.text
    assert "secret" not in answer.text
    assert ROSE not in answer.text
    assert desk.received == []


def test_a_form_of_something_else_is_refused(twilio, desk):
    assert twilio.post("/sms/inbound", {"EventType": "call.completed"}).status_code == 400
    assert twilio.post("/sms/inbound", {}).status_code == 400
    assert desk.received == []


def test_a_repeat_of_the_same_message_is_answered_and_does_nothing(twilio, desk):
    answers = [twilio.post("/sms/inbound", text("hello")) for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 200]
    assert len({a.data for a in answers}) == 1
    assert len(desk.received) == 1


def test_nothing_is_acknowledged_that_could_not_be_stored(twilio, desk):
    desk.trouble = ConnectionError("the database is away")
    twilio.client.application.config["PROPAGATE_EXCEPTIONS"] = False
    assert twilio.post("/sms/inbound", text("hello")).status_code >= 500


class TestSignature:
    """Only Twilio gets in."""

    def test_without_a_signature(self, twilio, desk):
        assert twilio.raw("/sms/inbound", urlencode(text("hello"))).status_code == 403
        assert twilio.raw("/sms/status", urlencode({"MessageSid": SID, "MessageStatus": "sent"})).status_code == 403
        assert desk.received == []
        assert desk.statuses == []

    @pytest.mark.parametrize("signature", ["", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "ümlaut"])
    def test_with_a_wrong_one(self, twilio, desk, signature):
        form = urlencode(text("hello"))
        assert twilio.raw("/sms/inbound", form, X_Twilio_Signature=signature).status_code == 403
        assert desk.received == []

    def test_with_that_of_other_words(self, twilio, desk):
        signature = _sign("https://help.example.org/sms/inbound", text("hello"))
        changed = urlencode(text("send me money"))
        assert twilio.raw("/sms/inbound", changed, X_Twilio_Signature=signature).status_code == 403
        assert desk.received == []

    def test_made_with_another_token(self, twilio, desk):
        signature = _sign("https://help.example.org/sms/inbound", text("hello"), token="another")
        assert twilio.post("/sms/inbound", text("hello"), X_Twilio_Signature=signature).status_code == 403

    def test_a_second_value_of_a_field_is_not_smuggled_in(self, twilio, desk):
        form = text("hello")
        body = urlencode(form) + "&Body=hello"  # the validator looks at each value once
        signature = _sign("https://help.example.org/sms/inbound", form)
        assert twilio.raw("/sms/inbound", body, X_Twilio_Signature=signature).status_code == 400
        assert desk.received == []

    @pytest.mark.parametrize("query", ["a=1", "q=%E6%9D%8E&b=c%20d+e", "next=%2Fx%3Fy%3D1", "bare", "a=&b"])
    def test_over_the_query_as_it_came(self, twilio, desk, query):
        assert twilio.post("/sms/inbound", text("hello"), query=query).status_code == 200
        assert len(desk.received) == 1

    @pytest.mark.parametrize(
        "public_url",
        [
            "https://help.example.org",
            "https://help.example.org:8443",
            "http://127.0.0.1:8000",
            "https://help.example.org/handrail",
        ],
    )
    def test_over_the_public_address_with_its_port_and_path(self, twilio_at, desk, public_url):
        assert twilio_at(public_url).post("/sms/inbound", text("hello")).status_code == 200

    def test_with_the_default_port_written_out(self, twilio, desk):
        signature = _sign("https://help.example.org:443/sms/inbound", text("hello"))
        assert twilio.post("/sms/inbound", text("hello"), X_Twilio_Signature=signature).status_code == 200

    def test_without_a_port_that_is_not_the_default_still_twilio(self, twilio_at, desk):
        signature = _sign("https://help.example.org:9999/sms/inbound", text("hello"))
        at = twilio_at("https://help.example.org:8443")
        assert at.post("/sms/inbound", text("hello"), X_Twilio_Signature=signature).status_code == 403

    @pytest.mark.parametrize(
        "headers",
        [
            {"Host": "evil.example"},
            {"X_Forwarded_Host": "evil.example", "X_Forwarded_Proto": "http"},
            {"Forwarded": "host=evil.example;proto=http"},
            {"X_Original_URL": "/elsewhere", "X_Forwarded_Prefix": "/elsewhere", "X_Forwarded_Port": "1"},
        ],
    )
    def test_whatever_a_proxy_or_an_attacker_says_about_the_address(self, twilio, desk, headers):
        assert twilio.post("/sms/inbound", text("hello"), **headers).status_code == 200
        signature = _sign("http://evil.example/sms/inbound", text("hello"))
        forged = {"X_Twilio_Signature": signature} | headers
        assert twilio.raw("/sms/inbound", urlencode(text("hello")), **forged).status_code == 403
        assert len(desk.received) == 1


class TestConsentWords:
    """Twilio answers these itself; we must know that it did."""

    @pytest.mark.parametrize(
        ("body", "done"),
        [
            ("STOP", OptOut.STOP),
            (" stop ", OptOut.STOP),
            ("Unsubscribe", OptOut.STOP),
            ("cancel", OptOut.STOP),
            ("END", OptOut.STOP),
            ("optout", OptOut.STOP),
            ("start", OptOut.START),
            ("yes", OptOut.START),
            ("UNSTOP", OptOut.START),
            ("help", OptOut.HELP),
            ("INFO", OptOut.HELP),
            ("please stop calling", None),
            ("yes please", None),
            ("help me", None),
            ("停止", None),
            ("PARAR", None),
            ("STOP.", None),
        ],
    )
    def test_only_as_the_whole_message(self, twilio, desk, body, done):
        twilio.post("/sms/inbound", text(body))
        assert desk.received[0].opt_out is done

    def test_what_twilio_says_it_did_counts_first(self, twilio, desk):
        twilio.post("/sms/inbound", text("ya no quiero", OptOutType="STOP"))
        assert desk.received[0].opt_out is OptOut.STOP

    def test_a_kind_we_do_not_know_leaves_the_words(self, twilio, desk):
        twilio.post("/sms/inbound", text("stop", OptOutType="PAUSE"))
        assert desk.received[0].opt_out is OptOut.STOP


class TestPictures:
    """Kept for the volunteer."""

    def test_a_picture_without_words(self, twilio, desk):
        form = text("", NumMedia="1", MediaUrl0="https://api.twilio.com/m/1", MediaContentType0="image/jpeg")
        del form["Body"]
        assert twilio.post("/sms/inbound", form).status_code == 200
        assert desk.received[0].media == (Media("https://api.twilio.com/m/1", "image/jpeg"),)

    def test_an_address_that_is_no_web_address_is_left_out_but_not_the_words(self, twilio, desk):
        form = text("look", NumMedia="2", MediaUrl0="javascript:alert(1)", MediaContentType0="image/png")
        assert twilio.post("/sms/inbound", form).status_code == 200
        assert desk.received[0].media == ()
        assert desk.received[0].text == "look"


class TestStatus:
    """How far our own texts got."""

    @pytest.mark.parametrize(
        ("said", "meant"),
        [
            ("accepted", Delivery.SENDING),
            ("queued", Delivery.SENDING),
            ("sending", Delivery.SENDING),
            ("sent", Delivery.SENT),
            ("delivered", Delivery.DELIVERED),
            ("read", Delivery.DELIVERED),
            ("undelivered", Delivery.FAILED),
            ("failed", Delivery.FAILED),
            ("canceled", Delivery.FAILED),
        ],
    )
    def test_in_our_words(self, twilio, desk, said, meant):
        assert twilio.post("/sms/status", {"MessageSid": SID, "MessageStatus": said}).status_code == 204
        assert desk.statuses == [(Channel.SMS, SID, meant, None)]

    def test_with_the_reason_of_a_failure(self, twilio, desk):
        twilio.post("/sms/status", {"MessageSid": SID, "MessageStatus": "undelivered", "ErrorCode": "30003"})
        assert desk.statuses == [(Channel.SMS, SID, Delivery.FAILED, "30003")]

    def test_a_status_that_twilio_invents_later_is_passed_over(self, twilio, desk):
        assert twilio.post("/sms/status", {"MessageSid": SID, "MessageStatus": "pondering"}).status_code == 204
        assert desk.statuses == []

    @pytest.mark.parametrize(
        "form", [{"MessageStatus": "sent"}, {"MessageSid": SID}, {"MessageSid": "x", "MessageStatus": "sent"}]
    )
    def test_without_its_fields_is_refused(self, twilio, desk, form):
        assert twilio.post("/sms/status", form).status_code == 400
        assert desk.statuses == []


def _sign(url: str, form: dict[str, str], token: str = "an-auth-token-of-the-tests") -> str:
    from twilio.request_validator import RequestValidator

    return RequestValidator(token).compute_signature(url, form)
