package enum SemanticsModule {}
