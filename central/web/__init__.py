"""What the console and the portal share: pages, words, dates, static files, and the headers that guard them."""
