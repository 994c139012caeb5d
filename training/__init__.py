"""How the models, word lists and rates that Dateline ships are made and measured."""
