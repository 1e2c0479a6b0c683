"""Orkut's environment variables (ORKUT_<NAME>), with the addresses that it had unless set."""

VARIABLES = {
    "client_id": "",
    "client_secret": "",
    "request_token_url": "https://www.google.com/accounts/OAuthGetRequestToken",
    "authorize_url": "https://www.google.com/accounts/OAuthAuthorizeToken",
    "token_url": "https://www.google.com/accounts/OAuthGetAccessToken",
    "api_url": "http://www.orkut.com/social",
}
