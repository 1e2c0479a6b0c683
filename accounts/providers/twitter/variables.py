"""Twitter's environment variables (TWITTER_<NAME>), with the vendor's own addresses unless set.

`pull_feed`: "yes" brings what friends wrote, of which the vendor charges each post that is read.
"""

VARIABLES = {
    "client_id": "",
    "client_secret": "",
    "authorize_url": "https://x.com/i/oauth2/authorize",
    "token_url": "https://api.x.com/2/oauth2/token",
    "api_url": "https://api.x.com/2",
    "pull_feed": "",
}
