"""An answer → verdicts: does every quote stand?"""
