"""mixi's environment variables (MIXI_<NAME>), with the vendor's own addresses unless set."""

VARIABLES = {
    "client_id": "",
    "client_secret": "",
    "authorize_url": "https://mixi.jp/connect_authorize.pl",
    "mobile_authorize_url": "http://m.mixi.jp/connect_authorize.pl",
    "token_url": "https://secure.mixi-platform.com/2/token",
    "api_url": "https://api.mixi-platform.com/2",
}
