"""A made-up property company to try things on: a residential estate, a trading mall, a head office."""
