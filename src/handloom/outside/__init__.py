"""Speaks with what lies outside: services of people, addresses that are told what happened, a provider of identities.

Nothing here touches the store; time, secrets and addresses are arguments.
"""
