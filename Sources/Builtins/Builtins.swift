package enum BuiltinsModule {}
