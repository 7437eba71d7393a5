"""Meta's Marketing API: accounts, campaigns, ad sets, ads, creatives, videos and insights over the hidden
market.
"""
