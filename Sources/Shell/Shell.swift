package enum ShellModule {}
