"""Running reports and showing what comes out: tables in words, workbooks, calendars."""
