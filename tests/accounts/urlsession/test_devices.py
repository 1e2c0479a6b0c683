import pytest

from accounts.urlsession.api import device_label


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("DoCoMo/2.0 N906i(c100;TB;W24H16)", "a flip phone (N906i)"),
        ("DoCoMo/1.0/F505i/c20/TB/W20H10", "a flip phone (F505i)"),
        ("KDDI-SN3P UP.Browser/6.2_7.2.7.1.K.8.160 (GUI) MMP/2.0", "a flip phone (SN3P)"),
        ("SoftBank/1.0/930SH/SHJ001 Browser/NetFront/3.4", "a flip phone (930SH)"),
        ("Vodafone/1.0/V904SH/SHJ001 Browser/VF-NetFront/3.3", "a flip phone (V904SH)"),
        (
            "Mozilla/5.0 (Linux; Android 5.1; F-01J Build/V10) AppleWebKit/537.36 Chrome/49 Mobile",
            "a flip phone (F-01J)",
        ),
        (
            "Mozilla/5.0 (Linux; U; Android 4.4.4; ja-jp; SHF31 Build/S) Version/4.0 Safari/537.36",
            "a flip phone (SHF31)",
        ),
        ("Mozilla/5.0 (Linux; Android 5.1; F-01J) Chrome/49 Mobile", "a flip phone (F-01J)"),
        ("Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) Gecko KAIOS/2.5", "a phone with KaiOS"),
        ("Opera/9.80 (J2ME/MIDP; Opera Mini/7.1; U; ja) Presto/2.8", "Opera Mini"),
        ("w3m/0.5.3+git20230121", "w3m"),
        ("Lynx/2.9.0dev.12 libwww-FM/2.14", "Lynx"),
        ("Links (2.28; Linux 6.1 x86_64; GNU C 12.2; text)", "Links on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/140.0 Safari/537.36", "Chrome on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18) Version/18 Safari/604", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/140 Mobile", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18 Safari/605", "Safari on Mac"),
        ("", "an unknown browser"),
        ("curl/8.0", "an unknown browser"),
    ],
)
def test_browsers_are_named_in_plain_words(user_agent, words):
    assert device_label(user_agent) == words
